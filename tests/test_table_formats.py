"""Nodes and edges as CSV, TSV and Parquet: what pandas, DuckDB and csv read is what was selected."""

import csv
import io
import itertools
import json
import subprocess
import sys
from decimal import Decimal

import pyoxigraph as ox
import pytest
from tests.pieces import claim, concept

from skingraph.errors import BadParameter
from skingraph.export import Options, write
from skingraph.export.columns import EDGE_COLUMNS, NODE_COLUMNS
from skingraph.prefixes import PREFIXES, SKG, SKIN
from skingraph.property_graph import edges, joined, links, nodes, parted
from skingraph.store import graph_of

COLUMNS = {"nodes": NODE_COLUMNS, "edges": EDGE_COLUMNS}
# What a spreadsheet would run, and what looks like what it gets instead.
FORMULAS = ["=1+1", "+a", "-a", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1"]
TEXTS = [
    *FORMULAS,
    'say "a"; b, c | d \\ e',
    "'til late",
    "a\r\nb\nc\rd",
    "a\tb",
    "".join(map(chr, range(1, 32))),
    "a\x00b",
    "\ufeffa\u2028b\u0085c\u202ed\uffff",
    "".join(chr((plane << 16) + 0x41) for plane in range(17)),
    "NULL",
    "12",
    "x" * 1_000_000,
]


@pytest.fixture(scope="session")
def part(graph):
    return graph.subgraph([SKIN + "smartskin-co2"])


@pytest.fixture(scope="session")
def hard():
    """A graph whose labels and definitions are the texts above."""
    said = []
    for number, text in enumerate(TEXTS):
        thing = ox.NamedNode(f"{SKIN}thing-{number:02}")
        said.append(ox.Triple(thing, ox.NamedNode(PREFIXES["rdf"] + "type"), _skg("Concern")))
        for name in ("prefLabel", "definition", "altLabel"):
            said.append(ox.Triple(thing, ox.NamedNode(PREFIXES["skos"] + name), ox.Literal(text)))
    return graph_of(said)


def _skg(name):
    return ox.NamedNode(SKG + name)


def table(graph, format, part, headers="", *, inherited=False):
    file = io.BytesIO()
    remarks = write(graph, format, file, Options(part=part, headers=headers, inherited=inherited))
    return file.getvalue(), remarks


def elements(graph, part, *, inherited=False):
    if part == "nodes":
        return list(nodes(graph, inherited=inherited))
    return [*edges(graph, inherited=inherited), *links(graph)]


def as_meant(cell):
    """What stood in a cell before an apostrophe kept a spreadsheet from running it."""
    bare = cell.lstrip("'")
    return cell[1:] if cell != bare and bare.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def cells(element, columns):
    """The cells of a plain table."""
    for column in columns:
        value = getattr(element, column.name)
        if column.kind == "texts":
            yield joined(value)
        elif value is None:
            yield ""
        elif isinstance(value, bool):
            yield str(value).lower()
        else:
            yield f"{value:f}" if isinstance(value, Decimal) else str(value)


def wanted(graph, part, *, inherited=False):
    return [list(cells(one, COLUMNS[part])) for one in elements(graph, part, inherited=inherited)]


@pytest.fixture
def long_cells():
    before = csv.field_size_limit(1 << 30)
    yield
    csv.field_size_limit(before)


def rows_of(content, separator, **how):
    text = io.StringIO(content.decode(), newline="")
    return list(csv.reader(text, delimiter=separator, strict=True, **how))


@pytest.mark.parametrize("part", COLUMNS)
@pytest.mark.parametrize(("format", "separator"), [("csv-tables", ","), ("tsv", "\t")])
def test_a_table_has_what_was_selected(graph, format, separator, part):
    content, _ = table(graph, format, part, inherited=True)
    header, *rows = rows_of(content, separator)
    assert header == [column.name for column in COLUMNS[part]]
    assert [list(map(as_meant, row)) for row in rows] == wanted(graph, part, inherited=True)


@pytest.mark.parametrize(("format", "separator"), [("csv-tables", ","), ("tsv", "\t")])
@pytest.mark.parametrize("reader", ["csv", "pandas", "duckdb"])
def test_every_text_survives_a_table(hard, format, separator, reader, tmp_path, long_cells):
    path = tmp_path / "table"
    path.write_bytes(table(hard, format, "nodes")[0])
    if reader == "csv":
        found = rows_of(path.read_bytes(), separator)[1:]
    elif reader == "pandas":
        import pandas

        frame = pandas.read_csv(path, sep=separator, dtype=str, keep_default_na=False)
        found = frame.to_numpy().tolist()
    else:
        import duckdb

        how = "header = true, all_varchar = true, quote = '\"', escape = '\"'"
        query = f"FROM read_csv(?, delim = ?, {how}, max_line_size = 4000000)"
        read = duckdb.execute(query, [str(path), separator]).fetchall()
        found = [[cell or "" for cell in row] for row in read]
    assert [list(map(as_meant, row)) for row in found] == wanted(hard, "nodes")


@pytest.mark.parametrize("format", ["csv-tables", "tsv"])
@pytest.mark.parametrize("headers", ["", "neo4j", "kgx"])
def test_no_cell_is_one_that_a_spreadsheet_would_run(hard, format, headers, long_cells):
    separator = "\t" if format == "tsv" else ","
    content, remarks = table(hard, format, "nodes", headers)
    quoting = csv.QUOTE_NONE if (format, headers) == ("tsv", "kgx") else csv.QUOTE_MINIMAL
    for row in rows_of(content, separator, quoting=quoting):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    assert any("apostrophe" in remark for remark in remarks)


def test_a_number_stays_a_number(small):
    graph = small(
        claim("days", "peel", "downtime", minimum="-2.5", maximum="1e400"),
        claim("order", "peel", "hasPhase", "rest", order="2", startHour="-24.0"),
        concept("peel", "Treatment"),
    )
    import pandas

    frame = pandas.read_csv(io.BytesIO(table(graph, "csv-tables", "edges")[0]))
    assert frame.start_hour.tolist()[1] == -24
    assert frame.order.tolist()[1] == 2


def test_a_table_without_a_part_is_refused(part):
    with pytest.raises(BadParameter, match="two parts, nodes and edges"):
        table(part, "tsv", "")


def test_headers_that_nobody_knows_are_refused(part):
    with pytest.raises(BadParameter, match="Did you mean 'neo4j'"):
        table(part, "tsv", "nodes", "neo4")
    for format in ("csv", "ttl", "sqlite"):
        with pytest.raises(BadParameter, match="csv-tables, tsv"):
            table(part, format, "", "kgx")


@pytest.mark.parametrize("format", ["csv-tables", "tsv", "parquet"])
def test_the_same_graph_gives_the_same_tables(graph, part, format):
    again = graph.subgraph([SKIN + "smartskin-co2"])
    for which in COLUMNS:
        assert table(part, format, which) == table(again, format, which)


# Parquet


@pytest.mark.parametrize("part", COLUMNS)
@pytest.mark.parametrize("reader", ["pandas", "duckdb"])
def test_parquet_has_what_was_selected_in_typed_columns(graph, hard, reader, part, tmp_path):
    for selected in (graph, hard):
        path = tmp_path / "part.parquet"
        path.write_bytes(table(selected, "parquet", part, inherited=True)[0])
        if reader == "pandas":
            import pandas

            frame = pandas.read_parquet(path).astype(object)
            names, rows = list(frame.columns), frame.to_numpy().tolist()
        else:
            import duckdb

            read = duckdb.read_parquet(str(path))
            names, rows = read.columns, read.fetchall()
        assert names == [column.name for column in COLUMNS[part]]
        found = [[_plain(cell) for cell in row] for row in rows]
        made = [
            [_plain(getattr(element, column.name)) for column in COLUMNS[part]]
            for element in elements(selected, part, inherited=True)
        ]
        assert found == made


def _plain(cell):
    if hasattr(cell, "__iter__") and not isinstance(cell, str):
        return list(cell)
    # pandas has no other word for what is not there.
    if cell is None or cell == "" or cell != cell:  # noqa: PLR0124
        return None
    return float(cell) if isinstance(cell, Decimal) else cell


def test_parquet_can_be_written_to_a_pipe(part):
    code = (
        "import sys\n"
        "from skingraph.store import SkinGraph\n"
        "from skingraph.export import Options, write\n"
        "write(SkinGraph.load(), 'parquet', sys.stdout.buffer, Options(part='nodes'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout[:4] == done.stdout[-4:] == b"PAR1"


def test_without_pyarrow_one_line_says_what_to_install(part):
    code = (
        "import sys\n"
        "sys.modules['pyarrow'] = None\n"
        "from skingraph.cli import main\n"
        "main(['export', '-f', 'parquet', '--part', 'nodes', '-o', '/dev/null'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'skingraph[parquet]'" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


# Neo4j


def test_neo4j_gets_typed_headers(part):
    header = rows_of(table(part, "csv-tables", "nodes", "neo4j")[0], ",")[0]
    assert header[:6] == ["id:ID", "iri", "label", ":LABEL", "definition", "synonyms:string[]"]
    header = rows_of(table(part, "csv-tables", "edges", "neo4j")[0], ",")[0]
    assert header[:5] == ["id", "kind", ":START_ID", "predicate", ":END_ID"]
    assert header[-1] == ":TYPE"
    assert {"minimum:double", "order:long", "expected:boolean", "sources:string[]"} <= set(header)


def test_what_neo4j_gets_is_what_was_selected(graph):
    header, *rows = rows_of(table(graph, "csv-tables", "nodes", "neo4j")[0], ",")
    ids = [row[header.index("id:ID")] for row in rows]
    assert ids == [node.id for node in nodes(graph)]
    assert [row[header.index(":LABEL")].split(";") for row in rows] == [
        list(node.kinds) or [""] for node in nodes(graph)
    ]
    header, *rows = rows_of(table(graph, "csv-tables", "edges", "neo4j")[0], ",")
    starts, ends = header.index(":START_ID"), header.index(":END_ID")
    assert {row[at] for row in rows for at in (starts, ends)} <= set(ids)
    for row, edge in zip(rows, elements(graph, "edges"), strict=True):
        assert row[starts] == edge.subject
        assert row[header.index("passages:string[]")].split(";") == (list(edge.passages) or [""])


def test_the_type_of_a_denied_edge_says_so(small):
    graph = small(
        claim("yes", "peel", "treats", "scar"),
        claim("no", "peel", "hasSideEffect", "burn", polarity="skg:Refutes"),
        concept("peel", "Treatment", broader="treatment"),
    )
    header, *rows = rows_of(table(graph, "tsv", "edges", "neo4j")[0], "\t")
    assert header[-1] == ":TYPE"
    assert [row[-1] for row in rows] == ["NOT_HAS_SIDE_EFFECT", "TREATS"]


def test_a_sign_at_which_a_tool_parts_lists_is_replaced_and_told(small):
    graph = small(
        'skin:a a skg:Concern ; skos:prefLabel "a" ; skos:altLabel "b;c", "d|e", "f\\tg\\nh" .'
    )
    content, remarks = table(graph, "csv-tables", "nodes", "neo4j")
    assert "b,c;d|e;f\tg\nh" in content.decode()
    assert "1 texts have ',' for ';', at which Neo4j parts lists" in remarks
    content, remarks = table(graph, "tsv", "nodes", "kgx")
    assert "b;c|d/e|f g h" in content.decode()
    assert "1 texts have '/' for '|', at which KGX parts lists" in remarks
    assert "1 texts have spaces for tabs and line ends, which KGX cannot read" in remarks


# KGX


def by_kgx(graph, part, **more):
    """Read as KGX does: no quotes, one row a line, lists parted at bars."""
    import pandas

    content, _ = table(graph, "tsv", part, "kgx", **more)
    frame = pandas.read_csv(
        io.BytesIO(content),
        sep="\t",
        quoting=3,
        lineterminator="\n",
        dtype=str,
        keep_default_na=False,
    )
    return frame.to_dict("records")


def test_kgx_gets_what_was_selected(graph):
    rows = by_kgx(graph, "nodes")
    assert [row["id"] for row in rows] == [node.id for node in nodes(graph)]
    assert [row["name"] for row in rows] == [node.label for node in nodes(graph)]
    assert all(row["category"].startswith("biolink:") for row in rows)
    found = {row["id"]: row for row in rows}
    assert found["skin:acne-scar"]["category"] == "biolink:PhenotypicFeature"
    assert found["skin:microneedling"]["category"] == "biolink:Treatment"
    rows = by_kgx(graph, "edges", inherited=True)
    for row, edge in zip(rows, elements(graph, "edges", inherited=True), strict=True):
        assert (row["subject"], row["object"]) == (edge.subject, edge.object)
        assert row["original_predicate"] == edge.predicate
        assert row["description"] == edge.says
        assert row["negated"] == ("true" if edge.polarity == "refutes" else "false")
        assert row["publications"].split("|") == (list(edge.sources) or [""])
        assert row["certainty"] == edge.certainty
        entailed = row["knowledge_level"] == "logical_entailment"
        assert entailed is (edge.kind == "inherited")
        assert row["agent_type"] == ("automated_agent" if entailed else "manual_agent")


def test_kgx_gets_the_predicate_that_the_schema_matches_or_the_most_general(graph):
    found = {row["original_predicate"]: row["predicate"] for row in by_kgx(graph, "edges")}
    assert found["skg:contraindicatedIn"] == "biolink:contraindicated_in"
    assert found["skg:treats"] == "biolink:ameliorates_condition"
    # To ask first is no contraindication.
    assert found["skg:consultFirstIn"] == "biolink:related_to"
    assert found["skos:broader"] == "biolink:related_to"


def test_what_is_neither_affirmed_nor_denied_is_merely_related(small):
    graph = small(claim("odd", "peel", "treats", "scar", polarity="skg:Unheard"))
    (row,) = by_kgx(graph, "edges")
    assert (row["predicate"], row["negated"]) == ("biolink:related_to", "")


def test_only_what_is_the_same_is_a_cross_reference(graph):
    for row, node in zip(by_kgx(graph, "nodes"), nodes(graph), strict=True):
        assert row["xref"] == "|".join(node.exact_match)
        assert row["broad_match"] == "|".join(node.broad_match)


# On the command line


def test_a_name_that_ends_in_tsv_gives_two_files(run, tmp_path):
    path = tmp_path / "part.tsv"
    assert run("export", "dermaplaning", "-o", str(path))[0] == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["part.edges.tsv", "part.nodes.tsv"]
    header, *rows = rows_of((tmp_path / "part.edges.tsv").read_bytes(), "\t")
    assert len(rows) > 5
    assert all(json.dumps(parted(row[header.index("passages")])) for row in rows)


def test_the_table_of_claims_stays_as_it_was(run):
    code, out, _ = run("export", "dermaplaning", "-f", "csv")
    assert code == 0
    assert out.startswith("claim,source,file,start,end,section,subject,")
    assert next(itertools.islice(csv.DictReader(io.StringIO(out)), 1))["claim"]
