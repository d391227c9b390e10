"""The check of a query's text: what it refuses, and what looks like it and must pass."""

import pyoxigraph as ox
import pytest

from skingraph.errors import BadQuery
from skingraph.guard import Bounds, check_query, tokens_of
from skingraph.mentions import invalid_patterns
from skingraph.resources import folder, walk
from skingraph.sandbox import Limits, in_child

P = "<http://example.org/p>"
LOCAL = "PREFIX : <http://example.org/> "


def nested(start: str, middle: str, end: str, times: int) -> str:
    return start * times + middle + end * times


def chain(piece: str, times: int) -> str:
    """`piece` many times, each {} replaced by its number."""
    return " ".join(piece.replace("{}", str(number)) for number in range(times))


def star(patterns: int) -> str:
    return chain(f"?s {P} ?o{{}} .", patterns)


# What ends or hangs pyoxigraph 0.5.13, at the sizes where it begins to (research, 3.2),
# and what was found since: VALUES, GRAPH and UNION side by side, many keys, many resources.
HOSTILE = {
    "STR in STR": f"SELECT ({nested('STR(', '1', ')', 957)} AS ?x) {{}}",
    "IF in IF": f"SELECT ({nested('IF(true,', '1', ',1)', 955)} AS ?x) {{}}",
    "CONCAT in CONCAT": f"SELECT ({nested('CONCAT(', '1', ')', 925)} AS ?x) {{}}",
    "COALESCE in COALESCE": f"SELECT ({nested('COALESCE(', '1', ')', 925)} AS ?x) {{}}",
    "groups in groups": f"SELECT * {nested('{', '', '}', 2195)}",
    "brackets in a filter": f"SELECT * {{ FILTER{nested('(', '1', ')', 4726)} }}",
    "not not not": f"SELECT * {{ FILTER({'!' * 9437}1) }}",
    "a long sum": f"SELECT (1{'+1' * 6906} AS ?x) {{}}",
    "a long difference": f"SELECT (1{'-1' * 6906} AS ?x) {{}}",
    "a long or": f"SELECT * {{ ?s ?p ?o FILTER(?o=1{'||?o=1' * 9437}) }}",
    "EXISTS in EXISTS": f"SELECT * {{ {nested('FILTER EXISTS { ', '?s ?p ?o', ' }', 845)} }}",
    "subselects": f"SELECT * {{ {nested('{SELECT*{', '?s ?p ?o', '}}', 1185)} }}",
    "a chain of UNION": f"SELECT * {{ {{}} {'UNION{}' * 6565} }}",
    "OPTIONAL in OPTIONAL": f"SELECT * {{ {nested('OPTIONAL{', '?s ?p ?o', '}', 2932)} }}",
    "MINUS in MINUS": f"SELECT * {{ {nested('MINUS{', '?s ?p ?o', '}', 2616)} }}",
    "GRAPH in GRAPH": f"SELECT * {{ {nested('GRAPH ?g{', '?s ?p ?o', '}', 2932)} }}",
    "a long path": f"SELECT * {{ ?s a{'/a' * 486} ?o }}",
    "stars in stars": f"SELECT * {{ ?s {nested('(', 'a', ')*', 8312)} ?o }}",
    "blank nodes in blank nodes": f"SELECT * {{ {nested('[ ?p ', '1', ' ]', 156)} }}",
    "lists in lists": f"SELECT * {{ {nested('( ', '1', ' )', 180)} ?p ?o }}",
    "a long list": f"SELECT * {{ ({'1 ' * 400}) ?p ?o }}",
    "a chain of BIND": f"SELECT * {{ {chain('BIND(1 AS ?a{})', 2637)} }}",
    "a star": f"SELECT * {{ {star(150)} }}",
    "a star by semicolons": f"SELECT * {{ ?s ?p ?o {chain(f'; {P} ?o{{}}', 150)} }}",
    "a star by commas": f"SELECT * {{ ?s {P} 1 {chain(', ?o{}', 150)} }}",
    "a chain of triples": f"SELECT * {{ {chain(f'?s{{}} {P} ?t{{}} .', 444)} }}",
    "a path for each of many objects": f"SELECT * {{ ?s a/a/a/a/a/a/a/a {chain('?o{},', 60)} 1 }}",
    "a sequence of OPTIONAL": f"SELECT * {{ {chain('OPTIONAL { ?s ?p ?o{} }', 330)} }}",
    "many VALUES": f"SELECT * {{ {'VALUES ?x {1} ' * 500} }}",
    "many GRAPH": f"SELECT * {{ {'GRAPH ?g {} ' * 700} }}",
    "many UNION": f"SELECT * {{ {'{{}UNION{}}' * 350} }}",
    "many keys of order": f"SELECT * {{ ?s ?p ?o }} ORDER BY {'STR(?s) ' * 6000}",
    "many keys of a group": f"SELECT (1 AS ?x) {{ ?s ?p ?o }} GROUP BY {'STR(?s) ' * 6000}",
    "many resources described": f"DESCRIBE {'<http://a/> ' * 4000}",
    "many filters": f"SELECT * {{ ?s ?p ?o {'FILTER(?s)' * 2087} }}",
    "hidden by a comparison": f"SELECT * {{ FILTER(?a<{nested('STR(', '1', ')', 957)}&&1>0) }}",
    "hidden by a backslash": LOCAL + f"SELECT * {{ ?s :a\\#b {nested('[?p ', '1', ']', 156)} }}",
    "hidden by a quotation mark": f"SELECT * {{ ?s ?p '\"' . {nested('[?p ', '1', ']', 156)} }}",
    "hidden by a comment": f"SELECT * {{ # '\n {nested('[?p ', '1', ']', 156)} }}",
    "hidden by a long string": f"SELECT * {{ ?s ?p '''''a''' . {nested('[?p ', '1', ']', 156)} }}",
    "quoted triples in quoted triples": f"SELECT * {{ {nested('<<', '?s ?p ?o', '>> ?p ?o', 500)} }}",
    "a star in brackets": f"SELECT * {{ {{ {star(60)} }} {{ {star(60)} }} {{ {star(60)} }} }}",
    "a star in a subquery": f"SELECT * {{ {star(80)} {{ SELECT * {{ {star(80)} }} }} }}",
    "a star in a graph": f"SELECT * {{ {star(80)} GRAPH ?g {{ {star(80)} }} }}",
    "a star around a union": f"SELECT * {{ {star(60)} {{}} UNION {{}} {star(80)} }}",
    "a star on one side": f"SELECT * {{ {{ {star(150)} }} UNION {{}} }}",
    "a star on the other side": f"SELECT * {{ {{}} UNION {{ {star(150)} }} }}",
    "a star that is optional": f"SELECT * {{ OPTIONAL {{ {star(150)} }} }}",
    "a star that must not exist": f"SELECT * {{ FILTER(!EXISTS {{ {star(150)} }}) }}",
    "many stars": f"SELECT * {{ {{}} {f'UNION {{ {star(100)} }}' * 20} }}",
    "a long text": f"SELECT * {{}} #{'x' * 70_000}",
}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_query_that_would_end_or_hang_the_engine_is_refused(query):
    with pytest.raises(BadQuery):
        check_query(query)


HONEST = {
    "many members of IN": f"SELECT * {{ ?s ?p ?o FILTER(?o IN ({'1,' * 30_000}1)) }}",
    "many negative members": f"SELECT * {{ ?s ?p ?o FILTER(?o IN ({'-1,' * 20_000}1)) }}",
    "many values": f"SELECT * {{ VALUES ?x {{ {'-1 ' * 20_000} }} ?s ?p ?x }}",
    "many rows of values": f"SELECT * {{ VALUES (?x ?y) {{ {'(1 UNDEF)' * 6_000} }} }}",
    "many typed values": "SELECT * { VALUES ?x { " + "'1'^^xsd:byte " * 4_000 + "} }",
    "values at the end": f"SELECT * {{ ?s ?p ?x }} VALUES ?x {{ {'1 ' * 20_000} }}",
    "many arguments": f"SELECT (CONCAT({'STR(1),' * 8_000}'x') AS ?x) {{}}",
    "a long comment": f"SELECT * {{}} # {'((((' * 10_000}",
    "a long string": f"SELECT * {{ ?s ?p '{'((((' * 10_000}' }}",
    "a large template": f"CONSTRUCT {{ {'?s ?p ?o . [] ?p (1 2) . ' * 2_000} }} WHERE {{ ?s ?p ?o }}",
    "brackets as deep as allowed": f"SELECT ({nested('STR(', '1', ')', 63)} AS ?x) {{}}",
    "as many patterns as allowed": f"SELECT * {{ {chain(f'?s{{}} {P} ?t{{}} .', 120)} }}",
    "more on the sides of a union": f"SELECT * {{ {{ {star(65)} }} UNION {{ {star(65)} }} }}",
    "a comparison without spaces": "SELECT * { ?s ?p ?a, ?b FILTER(?a<?b&&?b>?a||?a<<http://x/>) }",
    "an IRI with an anchor": "SELECT * { ?s <http://example.org/#p> ?o }",
    "no space anywhere": "SELECT*{?s?p?o.?s?q'a'.FILTER(?o>-1)}",
    "a path": "SELECT * { ?s ^rdf:type/(skos:broader|!(skos:related|^a))*/a? ?o ; a ?k , ?l }",
    "a list and blank nodes": "SELECT * { (1 ?x [ a ?c ]) a rdf:List . [] ?p [ ?q _:b ] }",
    "names with dots and escapes": LOCAL + "SELECT * { :a.b :c\\,d :e%20f . ?s :2:3 :x-y, :é }",
    "numbers": "SELECT (1.5e3 + .5 - -1 * 2.0 AS ?x) {}",
    "quotes in quotes": """SELECT * { ?s ?p "it's", '"', "\\"", ""\"a "quoted" word""\", '' }""",
    "a language": 'SELECT * { ?s rdfs:label "acne"@en-GB, "acné"@fr }',
    "a subquery": "SELECT * { { SELECT ?x (COUNT(*) AS ?n) WHERE { ?x a ?k } GROUP BY ?x } }",
    "EXISTS in an expression": "SELECT (EXISTS { ?s ?p ?o } && NOT EXISTS { ?s a ?o } AS ?x) {}",
    "datasets": "SELECT * FROM <http://a/> FROM NAMED <file:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }",
    "triple terms": "SELECT * { << ?s ?p ?o >> ?q 1 . ?r rdf:reifies <<( ?s ?p ?o )>> }",
    "annotations": "SELECT * { ?s ?p ?o {| ?q 1 |} . }",
    "DESCRIBE": "DESCRIBE <http://a/> ?x WHERE { ?x a owl:Ontology }",
    "words that look like calls": (
        "PREFIX service: <http://example.org/> PREFIX load: <http://example.org/> "
        "SELECT ?service ?insert { ?service service:load load:service . ?insert ?drop 'SERVICE <x>' "
        "# DELETE SERVICE\n GRAPH service:g { ?s <http://x/SERVICE> '''INSERT''' } }"
    ),
}


@pytest.mark.parametrize("query", HONEST.values(), ids=HONEST.keys())
def test_a_query_that_only_looks_like_one_passes_and_is_one(query):
    check_query(query)
    prefixes = {"rdf": "http://a/", "rdfs": "http://a/", "skos": "http://a/", "owl": "http://a/"}
    ox.Store().query(query, prefixes={**prefixes, "xsd": "http://www.w3.org/2001/XMLSchema#"})


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ {star(120)} }}",
        f"SELECT * {{ {{ {star(90)} }} UNION {{ {star(90)} }} UNION {{ {star(90)} }} }}",
        f"SELECT * {{ {'VALUES ?x {1} ' * 120} }}",
        f"SELECT * {{ ?s {P}{f'/{P}' * 119} ?o }}",
        f"SELECT * {{ {nested('[ ?p ', '1', ' ]', 63)} }}",
        f"SELECT (1{'+1' * 1490} AS ?x) {{}}",
        f"SELECT * {{ {chain('BIND(1 AS ?a{})', 1490)} }}",
        f"DESCRIBE {'<http://a/> ' * 1490}",
    ],
    ids=["star", "union", "values", "path", "blank nodes", "sum", "bind", "describe"],
)
def test_the_engine_survives_what_just_passes(query):
    check_query(query)
    store = ox.Store()
    store.add(ox.Quad(*[ox.NamedNode("http://example.org/p")] * 3))
    in_child(lambda: str(store.query(query)).encode(), Limits(seconds=20))


OURS = {
    file.name: file
    for top in (folder("ontology") / "rules", folder("queries"))
    for file in walk(top, ".rq")
}


@pytest.mark.parametrize("file", OURS.values(), ids=OURS.keys())
def test_every_query_of_ours_passes(file):
    check_query(file.read_text(encoding="utf-8"))


# Each of these connects, or tries to, when pyoxigraph is asked it.
@pytest.mark.parametrize(
    "call",
    [
        "SERVICE <http://x/> {}",
        "service<http://x/>{}",
        "SERVICE SILENT ?x {}",
        "SERVICESILENT<http://x/>{}",
        "SeRvIcE # to whom?\n <http://x/> {}",
        "SERVICE:x{}",
        "SERVICE:x {}",
        "SERVICE service:x {}",
        "?s ?p ?o ; SERVICE:x {}",
        "?s ?p ?o SERVICE:x {}",
        "?s ?p 1SERVICE<http://x/>{}",
        "?s ?p trueSERVICE<http://x/>{}",
        "?s ?p 'a'SERVICE<http://x/>{}",
        "OPTIONAL { SERVICE <http://x/> {} }",
        "?s ?p ?o FILTER(EXISTS { SERVICE <http://x/> {} })",
        "?s ?p ?o MINUS { SERVICE <http://x/> {} }",
        "BIND(EXISTS { SERVICE <http://x/> {} } AS ?x)",
        "{ SELECT * { SERVICE <http://x/> {} } }",
        "?s ?p '\\'' SERVICE <http://x/> {} ",
        "?s <http://x/#> ?o . SERVICE <http://x/> {}",
        "FILTER(?a<?b)SERVICE<http://x/>{}",
    ],
)
def test_service_is_refused_in_every_spelling_that_would_connect(call):
    prefixes = "".join(f"PREFIX {name}: <http://x/> " for name in ("", "service", "SERVICE"))
    with pytest.raises(BadQuery, match="SERVICE would contact another machine"):
        check_query(f"{prefixes} SELECT * {{ {call} }}")


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <http://a/> <http://a/> 1 }",
        "delete where { ?s ?p ?o }",
        "LOAD <http://a/>",
        "CLEAR ALL",
        "CREATE GRAPH <http://a/>",
        "DROP ALL",
        "COPY DEFAULT TO <http://a/>",
        "MOVE DEFAULT TO <http://a/>",
        "ADD DEFAULT TO <http://a/>",
        "WITH <http://a/> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "SELECT * {} ; DROP ALL",
        "PREFIX skg: <http://a/> # look\n INSERT{}USING<http://a/>WHERE{}",
    ],
)
def test_an_update_is_told_that_the_graph_is_read_only(update):
    with pytest.raises(BadQuery, match="this graph is read-only"):
        check_query(update)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT *\n{ ?s foaf:name ?o }", r"^2:6: the prefix foaf: is not declared"),
        ("SELECT * { ?s skgg:label ?o }", r"Did you mean 'skg'\?"),
        ("SELECT * { ?s ?p “acne” }", r"^1:18: “ is a typographic quotation mark"),
        ("SELECT * {\n ?s ?p \u2018acne\u2019 }", r"^2:8: \u2018 is a typographic quotation mark"),
        ("\ufeffSELECT * {}", r"^1:1: an invisible character \(U\+FEFF\)"),
        ("SELECT *\u00a0{}", r"^1:9: an invisible character \(U\+00A0\)"),
        ("SELECT ?x\u200b {}", r"^1:10: an invisible character \(U\+200B\)"),
        ("SELECT * {\0}", r"^1:11: a NUL"),
        ("SELECT * { ?s ?p '\udc80' }", r"^1:19: half a surrogate pair"),
        ("SELECT * { ?s ?p 'acne\" }", r"^1:18: the string that begins here is not closed by '"),
        ("SELECT * { ?s ?p '''acne' }", r"^1:18: the string that begins here is not closed"),
        ("SELECT * { ?s <http://a b> ?o }", r"^1:15: this IRI is not closed"),
        ("SELECT * { ?s ?p ?o", r"^1:10: this \{ is never closed"),
        ("SELECT * { (?s ?p ?o }", r"^1:22: \} stands where the \( of 1:12 wants \)"),
        ("SELECT * { ?s ?p ?o } }", r"^1:23: this \} closes nothing"),
        ("@prefix a: <http://a/> . ", r"^1:1: SPARQL writes PREFIX without @"),
        ("SELECT * { ?s ?p \\ }", r"^1:18: '\\\\' has no meaning here"),
    ],
)
def test_a_common_mistake_gets_its_place_and_its_own_words(query, message):
    with pytest.raises(BadQuery, match=message):
        check_query(query)


def test_an_undeclared_prefix_of_the_table_comes_with_its_line():
    with pytest.raises(
        BadQuery, match=r"1:15: .*: PREFIX skos: <http://www\.w3\.org/2004/02/skos/c"
    ):
        check_query("SELECT * { ?s skos:broader ?o }", declared=())


@pytest.mark.parametrize(
    "query",
    ["SELECT (1+1+1+1 AS ?x) {}", "SELECT * { { { } } }", "ASK { ?s ?p ?o, ?q }", "ASK { }"],
)
def test_the_bounds_can_be_set(query):
    tight = Bounds(size=40, depth=2, operators=3, joined=1, patterns=2)
    if query == "ASK { }":
        check_query(query, limits=tight)
    else:
        with pytest.raises(BadQuery):
            check_query(query, limits=tight)


@pytest.mark.parametrize(
    "text", ["", "SELECT", "+", "<", "?", "^^", "VALUES {", "REGEX(", "a.a.-:"]
)
def test_a_fragment_is_left_to_the_engine_or_refused_but_never_breaks_the_check(text):
    try:
        check_query(text)
    except BadQuery:
        assert invalid_patterns(text) == []


@pytest.mark.parametrize(
    "piece", ["a.", "<a ", "@a", '"\\', "''", "1.", "é", "a.-", "REGEX(", "_:."]
)
def test_the_check_takes_time_in_proportion_to_the_text(piece):
    text = piece * (60_000 // len(piece.encode()))

    def check() -> bytes:
        try:
            check_query(text)
        except BadQuery as error:
            return str(error).encode()
        return b"passed"

    assert in_child(check, Limits(seconds=5))


def test_patterns_that_do_not_compile_are_named():
    query = """SELECT (REPLACE("(", "[", "") AS ?r) { ?s ?p ?o
        FILTER(REGEX(STR(?o), "acne (") || regex(?o, "acne.*", "i") || REGEX(?o, '(?<=a)b')) }"""
    assert invalid_patterns(query) == ["[", "acne (", "(?<=a)b"]


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p ?o FILTER REGEX(?o, "acne", "i") }',
        "SELECT * { ?s ?p ?o FILTER REGEX(?o, ?pattern) }",
        'SELECT * { ?s ?p "REGEX(?o, \\"(\\")" }',
        'SELECT * { ?s ?p ?o FILTER CONTAINS(?o, "(") } # REGEX(?o, "(")',
        "this is no query (",
    ],
)
def test_patterns_that_compile_or_are_none_are_not_named(query):
    assert invalid_patterns(query) == []


def test_a_text_is_read_once_for_several_questions_about_it():
    text = "SELECT * { ?s ?p ?o }"
    assert tokens_of(text) is tokens_of(text)
    assert not tokens_of("SELECT * {")
