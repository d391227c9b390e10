"""Files from outside: read whole or refused with a place, and never further than themselves."""

import gzip
import os
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from skingraph.errors import BadFile
from skingraph.intake import intake

XSD = "http://www.w3.org/2001/XMLSchema#"
ONE = b'<http://a.example/s> <http://a.example/p> "acne" .\n'

RDF_XML = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://a.example/">
  <rdf:Description rdf:about="http://a.example/s">
    <e:p>acne</e:p>
    <e:contraindicatedIn><e:Factor rdf:about="http://a.example/f"/></e:contraindicatedIn>
  </rdf:Description>
</rdf:RDF>"""


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refusal(path: Path, *, limit: int = 64 << 20) -> str:
    """The message without the folder: FILE:LINE:COLUMN: what."""
    with pytest.raises(BadFile) as caught:
        intake(path, limit=limit)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.removeprefix(f"{path.parent}/")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttl", '@prefix a: <http://a.example/> . a:s a:p "acne" .'),
        ("a.TTL", '\ufeff@base <http://a.example/> . <s> <p> "acne" .'),
        ("a.nt", ONE),
        ("a.nt", "\ufeff".encode() + ONE),
        ("a.nq", ONE),
        ("a.trig", "{ " + ONE.decode() + " }"),
        ("a.jsonld", '{"@id": "http://a.example/s", "http://a.example/p": "acne"}'),
        ("a.json", '{"@context": {"@vocab": "http://a.example/"}, "@id": "s:s", "p": 1}'),
        ("a.rdf", RDF_XML),
        ("a.xml", "\ufeff" + RDF_XML),
        ("a.owl", RDF_XML),
        ("a.ttl.gz", gzip.compress(ONE)),
        ("two.parts.nt.gz", gzip.compress(ONE[:20]) + gzip.compress(ONE[20:])),
    ],
)
def test_each_format_is_known_by_its_ending(file, name, content):
    assert intake(file(name, content))


def test_the_statements_come_as_n_quads(file):
    assert intake(file("a.nt", ONE)) == ONE
    assert intake(str(file("a.nt", ONE))) == ONE


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttl", ""),
        ("a.ttl", "# nothing yet\n@prefix a: <http://a.example/> ."),
        ("a.jsonld", '{"name": "a key that no context explains"}'),
        ("a.ttl.gz", ""),
    ],
)
def test_a_file_without_statements_gives_nothing(file, name, content):
    assert intake(file(name, content)) == b""


@pytest.mark.parametrize("name", ["a.txt", "a", "a.gz", ".ttl", "a.n3"])
def test_an_unknown_ending_is_told_the_known_ones(file, name):
    assert ".ttl .nt .nq .trig .rdf .xml .owl .jsonld .json" in refusal(file(name, ONE))


def test_only_a_regular_file_is_read(tmp_path):
    os.mkfifo(tmp_path / "fifo.ttl")
    (tmp_path / "folder.ttl").mkdir()
    (tmp_path / "zero.ttl").symlink_to("/dev/zero")
    assert "a pipe or a device" in refusal(tmp_path / "fifo.ttl")
    assert "this is a folder" in refusal(tmp_path / "folder.ttl")
    assert "a pipe or a device" in refusal(tmp_path / "zero.ttl")
    assert "No such file" in refusal(tmp_path / "none.ttl")
    with pytest.raises(BadFile, match="null byte"):
        intake("a\0.ttl")


def test_a_file_that_is_too_large_is_refused(file):
    assert intake(file("a.nt", ONE * 20), limit=len(ONE) * 20)
    assert "larger than" in refusal(file("a.nt", ONE * 20), limit=len(ONE) * 20 - 1)


def test_a_gzip_bomb_is_refused_while_it_is_small(file):
    start = time.monotonic()
    bomb = file("a.nt.gz", gzip.compress(bytes(100 << 20)))
    assert "larger than 1 MB when unpacked" in refusal(bomb, limit=1 << 20)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("content", [gzip.compress(ONE)[:-4], ONE, gzip.compress(ONE)[:9]])
def test_a_cut_gzip_file_is_refused(file, content):
    assert "not a whole gzip file" in refusal(file("a.nt.gz", content))


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.ttl", "@prefix a: <http://a.example/> .\n  a:s a:p 5 ;\n a:é a:d a:e .", "a.ttl:3:10:"),
        ("a.ttl", "<http://a.example/s> <http://a.example/p>\n  foaf:x .", "a.ttl:2:3:"),
        ("a.ttl", "<s> <http://a.example/p> 1 .", "a.ttl:1:1: an IRI is relative"),
        ("a.nt", ONE + b"<http://a.example/s> nothing .", "a.nt:2:22:"),
        ("a.nq", ONE + b'"acne" <http://a.example/p> 1 .', "a.nq:2:1:"),
        ("a.trig", "<http://a.example/g> {\n ? }", "a.trig:2:2:"),
        ("a.jsonld", '{"@id": "http://a.example/s",\n "p": }', "a.jsonld:2:7: no JSON"),
        ("a.jsonld", '{"@id": "http://a.example/s"}\n{}', "a.jsonld:2:1: no JSON"),
        ("a.rdf", RDF_XML.replace("</e:p>", "</e:q>"), "a.rdf:4:16: no whole XML: mismatched tag"),
        ("a.rdf", RDF_XML.replace("<e:p>", "<f:p>"), "a.rdf:4:5: no whole XML: unbound prefix"),
        ("a.rdf", "", "a.rdf:1:1: no whole XML"),
        ("a.ttl", b"# fine\n# \xe9", "a.ttl:2:3: byte 0xE9 is not UTF-8"),
        ("a.ttl", ONE.decode().encode("utf-16"), "a.ttl:1:1: byte 0xFF is not UTF-8"),
        ("a.rdf", RDF_XML.encode().replace(b"acne", b"acn\xe9"), "a.rdf:4:13: byte 0xE9"),
        ("a.rdf", RDF_XML.replace("UTF-8", "ISO-8859-1"), "a.rdf:1:1: the encoding ISO-8859-1"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_column(file, name, content, place):
    assert refusal(file(name, content)).startswith(place)


def test_nothing_of_a_file_with_one_mistake_is_read(file):
    refusal(file("a.nt", ONE * 1000 + b"<http://a.example/s> ."))


def test_an_rdf_xml_file_cut_anywhere_is_refused(file):
    content = RDF_XML.encode()
    assert intake(file("a.rdf", content))
    for end in range(len(content)):
        refusal(file("a.rdf", content[:end]))


def laughs(levels: int) -> str:
    more = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels + 1))
    return f'<!DOCTYPE r [<!ENTITY l0 "ha">{more}]>'


@pytest.mark.parametrize(
    ("doctype", "text", "reason"),
    [
        (laughs(9), "&l9;", "stands for more than text"),
        (laughs(5), "&l5;", "stands for more than text"),
        ('<!DOCTYPE r [<!ENTITY x "&#38;x;">]>', "&x;", "stands for more than text"),
        ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;", "stands for more than"),
        ('<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]>', "&x;", "stands for more than"),
        ('<!DOCTYPE r [<!ENTITY % x "y">]>', "acne", "stands for more than text"),
        ('<!DOCTYPE r [<!ENTITY x "<b/>">]>', "&x;", "stands for more than text"),
        ('<!DOCTYPE r SYSTEM "http://127.0.0.1:1/r.dtd">', "acne", "a DTD from another file"),
        ('<!DOCTYPE r PUBLIC "r" "r.dtd">', "&x;", "a DTD from another file"),
        (f'<!DOCTYPE r [<!ENTITY x "{"a" * 50_000}">]>', "&x;" * 2000, "written as entities"),
        ('<!DOCTYPE r [<!ATTLIST r e:p CDATA "acne">]>', "acne", "attributes that a DTD adds"),
        ("", "&contra;indicated", "undefined entity"),
    ],
)
def test_xml_that_grows_or_points_elsewhere_is_refused(file, doctype, text, reason):
    content = RDF_XML.replace("?>\n", f"?>{doctype}\n").replace("acne", text)
    start = time.monotonic()
    assert reason in refusal(file("a.owl", content))
    assert time.monotonic() - start < 5


def test_entities_that_only_shorten_names_are_read(file):
    """As Protégé writes them."""
    doctype = '<!DOCTYPE rdf:RDF [<!ENTITY a "http://a.example/">]>'
    content = RDF_XML.replace("?>\n", f"?>{doctype}\n").replace('"http://a.example/s"', '"&a;s"')
    assert intake(file("a.owl", content)) == intake(file("b.owl", RDF_XML))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"@context": "http://127.0.0.1:1/c", "@id": "http://a.example/s"}', ":1:15: the context"),
        ('{"@context": ["file:///etc/passwd"], "@id": "http://a.example/s"}', ":1:16: the context"),
        ('{"@context": [{}, "c.jsonld"]}', "would be fetched"),
        ('{"@context": {"@import": "http://127.0.0.1:1/c"}}', "would be fetched"),
        ('{"@context": {"p": {"@id": "http://p", "@context": "http://c"}}}', "would be fetched"),
        ('{"@\\u0063ontext": "http://127.0.0.1:1/c"}', "would be fetched"),
        (
            '{"@id": "http://a.example/s",\n "http://p": 1,\n "http://p": 2}',
            ":3:3: the key 'http://p' is twice",
        ),
        ('{"http://p": {"@id": "http://a", "@\\u0069d": "http://b"}}', "the key '@id' is twice"),
        ('{"@id": "http://a.example/s",\n "http://p": NaN}', ":2:14: NaN is no JSON"),
        ('{"http://p": -Infinity}', "-Infinity is no JSON"),
        ('{"@id": "http://a.example/s", "http://p": {"@id": "f"}}', ":1:52: the IRI <f> is relat"),
        ('{"@id": "acne", "http://p": 1}', "the IRI <acne> is relative"),
        ('{"@id": "", "http://p": 1}', "is relative"),
        ('{"@id": "http://a.example/s", "@type": "Acne"}', "the IRI <Acne> is relative"),
        ('{"http://p": "\\ud800"}', "a.jsonld:1"),
        ('{"http://p":' * 501 + "1" + "}" * 501, "nested deeper than 500"),
        ('{"http://p":' * 4000 + "1" + "}" * 4000, "nested deeper than 500"),
        ("[" * 100_000, "nested deeper than 500"),
    ],
)
def test_json_ld_that_says_two_things_or_points_elsewhere_is_refused(file, content, reason):
    assert reason in refusal(file("a.jsonld", content))


@pytest.mark.parametrize(
    "content",
    [
        '{"@context": {"p": {"@id": "http://p", "@type": "@id"}}, "p": "http://a.example/f"}',
        '{"@context": {"@base": "http://a.example/"}, "@id": "s", "http://p": {"@id": "f"}}',
        '{"@context": null, "@id": "_:b", "http://p": "@context @import NaN"}',
        '{"@graph": [{"@id": "http://a", "http://p": 1}, {"@id": "http://b", "http://p": 1}]}',
        '{"http://p":' * 300 + "1" + "}" * 300,
        '{"http://p": ' + "1" * 6000 + "}",
        '{"http://p": "' + "{" * 10_000 + '"}',
    ],
)
def test_json_ld_that_looks_like_it_is_read(file, content):
    assert intake(file("a.jsonld", content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.nt", f"<http://s> <http://p> {'<<( <http://s> <http://p> ' * 20_000}"),
        ("a.ttl", f"<http://s> <http://p> {'[ <http://p> ' * 20_000} 1 {']' * 20_000} ."),
        ("a.ttl", f"<http://s> <http://p> {'( ' * 501} {') ' * 501} ."),
        ("a.ttl", f"<http://s> <http://p> {'<< ' * 501}"),
        ("a.rdf", "<a>" * 3000),
    ],
    ids=["triple terms", "blank nodes", "lists", "reified triples", "elements"],
)
def test_brackets_in_brackets_are_bounded(file, name, content):
    assert "nested deeper than" in refusal(file(name, content))


def test_brackets_in_text_and_side_by_side_are_not_counted(file):
    prefixed = "@prefix a: <http://a.example/> ."
    assert intake(file("a.ttl", f'{prefixed} a:s a:p \'{"(" * 1000}\', """{"[" * 1000}""" .'))
    assert intake(file("a.ttl", f"{prefixed} a:s a:p a:x\\#y . # {'(' * 1000}"))
    assert intake(file("a.ttl", f"{prefixed} {'[ a:p ( 1 2 ) ] . ' * 1000}"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttl", "<http://s> <http://p> <<( <http://s> <http://p> 1 )>> ."),
        ("a.ttl", "<http://s> <http://p> 1 {| <http://q> 2 |} ."),
        ("a.nt", "<http://s> <http://p> <<( <http://s> <http://p> <http://o> )>> ."),
    ],
)
def test_triples_in_triples_are_refused(file, name, content):
    assert "a triple stands inside a triple" in refusal(file(name, content))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("abc", "integer"),
        ("1.0", "integer"),
        (" 1", "integer"),
        ("\u0661", "integer"),
        ("1e5", "decimal"),
        (".", "decimal"),
        ("fast", "double"),
        ("inf", "float"),
        ("yes", "boolean"),
        ("True", "boolean"),
        ("2023-02-29", "date"),
        ("2023-02-31Z", "date"),
        ("2023-13-01", "date"),
        ("2023-00-01", "date"),
        ("23-01-01", "date"),
        ("2023-01-01+15:00", "date"),
        ("2023-01-01", "dateTime"),
        ("2023-01-01T24:00:01", "dateTime"),
        ("2023-02-30T00:00:00Z", "dateTime"),
    ],
)
def test_a_literal_that_is_not_what_it_says_is_refused_with_its_line(file, value, kind):
    content = f'<http://s> <http://p> "{value}" ;\n  <http://p> "{value}"^^<{XSD}{kind}> .'
    assert f"a.ttl:2:15: {value!r} is no xsd:{kind}" in refusal(file("a.ttl", content))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("-007", "integer"),
        ("1" * 6000, "integer"),
        ("+.5", "decimal"),
        ("5.", "decimal"),
        ("-INF", "double"),
        ("NaN", "float"),
        ("1.5E-3", "double"),
        ("0", "boolean"),
        ("2024-02-29", "date"),
        ("-0004-02-29", "date"),
        ("12000-02-29-14:00", "date"),
        ("2023-12-31T24:00:00", "dateTime"),
        ("2023-12-31T23:59:59.999+05:30", "dateTime"),
        ("anything", "string"),
        ("anything", "duration"),
    ],
)
def test_a_literal_that_is_what_it_says_is_kept_as_written(file, value, kind):
    line = f'<http://s> <http://p> "{value}"^^<{XSD}{kind}> .\n'
    expected = line if kind != "string" else f'<http://s> <http://p> "{value}" .\n'
    assert intake(file("a.nt", line)) == expected.encode()


def test_an_ill_typed_literal_without_a_place_is_told_with_its_triple(file):
    content = RDF_XML.replace("<e:p>", f'<e:p rdf:datatype="{XSD}date">')
    assert "http://a.example/p of <http://a.example/s>" in refusal(file("a.rdf", content))


def test_relative_iris_of_rdf_xml_are_refused_unless_there_is_a_base(file):
    content = RDF_XML.replace("http://a.example/s", "s")
    assert "a.rdf:3:31: the IRI <s> is relative" in refusal(file("a.rdf", content))
    based = content.replace("<rdf:RDF ", '<rdf:RDF xml:base="http://a.example/" ')
    assert b"<http://a.example/s>" in intake(file("a.rdf", based))


BLANK = "_:a <http://p> [ <http://q> _:a ] , ( 1 ) ."


def test_blank_nodes_of_two_files_never_meet(file):
    one = intake(file("a.ttl", BLANK))
    other = intake(file("b.ttl", BLANK + " "))
    store = ox.Store()
    store.load(one, format=ox.RdfFormat.N_QUADS)
    store.load(other, format=ox.RdfFormat.N_QUADS)
    assert len(store) == 2 * len(one.splitlines())


def test_a_blank_node_stays_one_within_its_file(file):
    quads = list(ox.parse(intake(file("a.ttl", BLANK)), format=ox.RdfFormat.N_QUADS))
    nodes = {term for q in quads for term in q if isinstance(term, ox.BlankNode)}
    assert len(nodes) == 3


def test_a_file_gives_the_same_bytes_each_time(file):
    assert intake(file("a.ttl", BLANK)) == intake(file("b.ttl", BLANK))


def test_named_graphs_are_kept(file):
    line = b"<http://s> <http://p> <http://o> <http://g> .\n"
    assert intake(file("a.nq", line)) == line


def test_a_file_that_takes_the_parser_too_long_is_told(file, monkeypatch):
    from skingraph.sandbox import Limits

    monkeypatch.setitem(intake.__globals__, "_LIMITS", Limits(seconds=0.01))
    message = refusal(file("a.nt", ONE * 100_000))
    assert "reading was stopped after 0.01 s. Split the file" in message


def test_no_descriptor_is_left_open(file):
    before = len(list(Path("/dev/fd").iterdir()))
    for name, content in [("a.nt", ONE), ("b.nt", b"<"), ("c.rdf", b"<"), ("d.txt", b"")]:
        try:
            intake(file(name, content))
        except BadFile:
            continue
    assert len(list(Path("/dev/fd").iterdir())) == before
