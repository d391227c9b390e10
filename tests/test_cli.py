import json
import os
import signal
import subprocess
import sys
import time

import pytest
from tests.pieces import claim, concept

from skingraph.cli import _COMMANDS
from skingraph.sandbox import Limits

COMMAND = [sys.executable, "-m", "skingraph"]


def shell(*arguments, **more):
    more.setdefault("timeout", 60)
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, **more)


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_has_help_with_an_order_and_a_full_stop(run, name):
    code, out, _ = run(name, "--help")
    first = out.split("\n\n")[1].strip()
    assert code == 0
    assert first.endswith(".")
    assert out.startswith(f"Usage: skingraph {name}")


def test_the_top_help_names_every_command_and_every_option_of_the_graph(run):
    code, out, _ = run("--help")
    assert code == 0
    for name in (*_COMMANDS, "--graph", "--also", "--min-evidence", "--authority", "--source"):
        assert name in out


def test_the_version_is_told(run):
    assert run("--version")[1] == "skingraph, version 0.1.0\n"


def test_find_lists_what_a_text_may_mean(run):
    code, out, _ = run("find", "micro-needling", "-f", "csv")
    assert code == 0
    assert out.splitlines()[1] == (
        "https://w3id.org/skingraph/microneedling,microneedling,Treatment,micro needling"
    )


def test_find_of_nothing_is_a_no_with_words(run):
    code, out, err = run("find", "zzqqxy")
    assert (code, out) == (1, "")
    assert "no evidence of safety" in err


def test_find_can_be_limited_to_a_type(run):
    _, out, _ = run("find", "collagen", "--type", "mechanisms", "-f", "jsonl")
    assert all("Mechanism" in json.loads(line)["types"] for line in out.splitlines())
    assert run("find", "collagen", "--type", "Thing")[0] == 2


def test_show_says_what_is_said_by_whom_and_on_what_evidence(run):
    code, out, _ = run("show", "SmartSkin")
    assert code == 0
    text = " ".join(out.split())
    assert "is advised against in darker skin tone [because: hypopigmentation]" in text
    assert "002_cce3192625742379.txt" in text
    assert "evidence E0, vendor" in text
    assert "[inherited from ablative fractional laser]" in text
    assert "not medical advice" in out
    assert "2026-" in out


def test_show_of_a_claim_gives_the_passage_and_its_hash(run):
    code, out, _ = run("show", "claim:smartskin-advised-against-darker-skin")
    assert code == 0
    assert "characters 3007 to 3114" in " ".join(out.split())
    assert "sha256:f9df1ee3" in out


def test_show_of_a_concept_without_claims_does_not_turn_silence_into_safety(run, write):
    path = write(concept("moonlight", "Agent"))
    code, out, _ = run("--also", path, "show", "moonlight")
    assert code == 0
    assert "No claim speaks of it. That is no evidence of safety." in out


def test_options_say_for_whom_by_whom_and_where(run):
    code, out, _ = run("options", "acne scars", "--for", "darker skin", "--for", "pregnancy")
    text = " ".join(out.split())
    assert code == 0
    assert "ADVISED AGAINST" in out
    assert "darker skin tone: advised against; pregnancy: no objection found" in text
    assert "nothing said on pregnancy" in out
    assert "3007-3114" in out
    assert "silence is no evidence of safety" in text


def test_options_show_one_claim_of_help_a_source_unless_all_are_asked_for(run):
    _, brief, _ = run("options", "acne scars")
    _, whole, _ = run("options", "acne scars", "--all")
    assert "more claims that it helps: see them with --all" in brief
    assert "more claims" not in whole
    assert 0 < brief.count("helps: ") < whole.count("helps: ")


def test_options_as_rows_have_one_row_a_claim_and_passage(run):
    code, out, _ = run("options", "acne scars", "--for", "darker skin", "-f", "json")
    body = json.loads(out)
    rows = [
        {key: cell["value"] for key, cell in row.items()} for row in body["results"]["bindings"]
    ]
    (caution,) = [row for row in rows if row["role"] == "caution"]
    assert code == 0
    assert caution["verdict"] == "advised against"
    assert caution["file"] == "002_cce3192625742379.txt"
    assert (caution["start"], caution["end"]) == ("3007", "3114")
    assert caution["polarity"] == "supports"


def test_options_for_what_nothing_treats_is_a_no(run, write):
    code, out, _ = run("--also", write(concept("moon-face", "Concern")), "options", "moon face")
    assert code == 1
    assert "No claim found. That is no evidence" in out


def test_explain_tells_the_ways_with_their_claims(run):
    code, out, _ = run("explain", "microneedling", "acne scars")
    assert code == 0
    assert "1. microneedling > acne scar" in out
    assert "collagen production > acne scar" in out


def test_explain_without_a_way_is_a_no(run):
    code, out, _ = run("explain", "waxing", "acne scars")
    assert code == 1
    assert "No recorded way" in out


def test_compare_sets_two_treatments_side_by_side(run):
    code, out, _ = run("compare", "microneedling", "lasers")
    assert code == 0
    assert "Compared by a source" in out
    assert "DOWNTIME" in out


def test_queries_lists_searches_and_shows(run):
    code, out, _ = run("queries", "-f", "csv")
    assert code == 0
    assert len(out.splitlines()) > 30
    assert "contraindications" in out
    _, out, _ = run("queries", "--search", "contraindicat", "-f", "csv")
    assert 1 < len(out.splitlines()) < 20
    _, out, err = run("queries", "contraindications")
    assert out.startswith("#+ summary")
    assert "skingraph query contraindications" in err
    assert run("queries", "--search", "zzqq")[0] == 1


def test_a_query_comes_from_the_catalogue_a_file_a_pipe_or_the_line(run, tmp_path):
    file = tmp_path / "mine.rq"
    text = "SELECT ?f { skin:smartskin-co2 skg:contraindicatedIn ?f }"
    file.write_text(text)
    code, out, _ = run("query", "contraindications", "-p", "treatment=SmartSkin", "-f", "csv")
    assert code == 0
    assert "darker-skin-tone" in out
    expected = "f\r\nhttps://w3id.org/skingraph/darker-skin-tone\r\n"
    assert shell("query", str(file), "-f", "csv").stdout.decode() == expected
    assert shell("query", "-e", text, "-f", "csv").stdout.decode() == expected
    piped = shell("query", "-", "-f", "csv", input=text.encode())
    assert piped.stdout.decode() == expected


def test_an_ask_answers_by_its_exit_code_too(run):
    assert run("query", "-e", "ASK { skin:microneedling a skg:Treatment }")[:2] == (0, "true\n")
    assert run("query", "-e", "ASK { skin:microneedling a skg:Concern }")[:2] == (1, "false\n")
    _, out, _ = run("query", "-e", "ASK { ?a ?b ?c }", "-f", "json")
    assert json.loads(out) == {"head": {}, "boolean": True}


def test_a_construct_gives_rdf(run):
    query = "CONSTRUCT { ?t skg:treats ?c } WHERE { ?t skg:treats ?c }"
    code, out, _ = run("query", "-e", query, "-f", "nt")
    assert code == 0
    assert "<https://w3id.org/skingraph/schema#treats>" in out


def test_an_empty_answer_has_words_and_a_likely_reason(run):
    code, _, err = run("query", "-e", "SELECT * { ?a skg:treats skin:acne-scr }")
    assert code == 1
    assert "no evidence of safety" in err
    assert "nothing in the graph is called skin:acne-scr" in err
    _, _, err = run("query", "-e", 'SELECT * { ?a ?b ?c FILTER REGEX(STR(?c), "(") }')
    assert "does not compile" in err


def test_the_graphs_options_work_before_and_after_the_command(run):
    before = run("--source", "smartskin-overview", "query", "cost", "-f", "csv")
    after = run("query", "cost", "-f", "csv", "--source", "smartskin-overview")
    assert before == after
    assert before[0] == 0
    assert run("query", "cost", "--min-evidence", "E3")[0] == 1


def test_a_graph_of_ones_own_stands_alone(run, write):
    path = write(concept("my-peel", "Treatment") + concept("scar", "Concern"))
    code, out, _ = run("--graph", path, "query", "-e", "SELECT ?t { ?t a skg:Treatment }")
    assert code == 0
    assert "skin:my-peel" in out
    assert "microneedling" not in out


def test_a_file_that_adds_nothing_is_told(run, tmp_path):
    empty = tmp_path / "empty.ttl"
    empty.write_text("# nothing\n")
    _, _, err = run("--also", str(empty), "find", "pores")
    assert f"{empty}: holds no statement that was not there" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "acne scrs"], "Did you mean 'acne scar'"),
        (["options", "microneedling"], "not a Concern"),
        (["options", "acne scars", "--for", "moonlight"], "nothing is called 'moonlight'"),
        (["options", "acne scars", "--max-downtime", "soon"], "Write for example 3d"),
        (["query", "contraindication"], "Did you mean 'contraindications'"),
        (["query"], "name a question"),
        (["query", "no/such/file.rq"], "cannot be read"),
        (["query", "-e", "SELECT * {"], "1:10: this { is never closed"),
        (["query", "-e", "SELECT * { ?a foo:bar ?c }"], "foo:"),
        (["query", "-e", "INSERT DATA { <a:a> <b:b> 1 }"], "read-only"),
        (["query", "-e", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }"], "SERVICE"),
        (["query", "contraindications", "-p", "treatmnt=SmartSkin"], "Did you mean 'treatment'"),
        (["query", "contraindications", "-p", "SmartSkin"], "NAME=VALUE"),
        (["query", "contraindications", "-f", "xlsx"], "xlsx"),
        (["query", "contraindications", "-o", "x.docx"], ".docx"),
        (["query", "-e", "ASK {}", "--timeout", "0"], "more than 0"),
        (["--min-evidence", "E9", "stats"], "E0, E1"),
        (["--authority", "clinics", "stats"], "Did you mean 'clinic'"),
        (["--source", "nobody", "stats"], "no source is called"),
        (["--graph", "missing.ttl", "stats"], "missing.ttl"),
        (["export", "SmartSkin", "-f", "pdf"], "pdf"),
        (["export", "--hops", "-1", "SmartSkin"], "0 or more"),
        (["map", "-o", "map.pdf"], "html, svg, png"),
        (["check", "--sources", "no-such-folder"], "is no folder"),
        (["tidy", "missing.ttl"], "missing.ttl"),
        (["fnd", "pores"], "fnd"),
        (["find"], "TEXT"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(run, arguments, said):
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert said in err
    assert err.startswith("skingraph: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bad.ttl", "<http://a/> <http://b/> ;;; ."),
        ("bad.jsonld", '{"@id": '),
        ("bad.rdf", "<rdf:RDF>"),
        ("bad.nq", "<a> <b>"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(run, tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    code, _, err = run("--also", str(path), "stats")
    assert code == 2
    assert f"{path}:1" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("output", ["/no/such/folder/x.csv", "/dev/full"])
def test_an_unwritable_output_is_told(output):
    done = shell("query", "contraindications", "-f", "csv", "-o", output)
    assert done.returncode == 2
    assert output.encode() in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_full_standard_output_is_told():
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            [*COMMAND, "query", "claims", "-f", "csv"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_closed_pipe_ends_quietly():
    line = f"set -o pipefail; {' '.join(COMMAND)} query claims -f csv | head -1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("claim,source,file")
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_ends_a_running_query_and_leaves_no_file(tmp_path, number, code):
    output = tmp_path / "never.csv"
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    process = subprocess.Popen(
        [*COMMAND, "query", "-e", endless, "--timeout", "60", "-o", str(output)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Whoever runs the tests in the background may have it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        time.sleep(2)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == code
    assert b"Traceback" not in out + err
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "no_SUCH"},
    ],
)
def test_any_terminal_shows_it(environment, write):
    path = write(
        concept("pore", "Concern")
        + 'skin:pore skos:altLabel "\u0645\u0633\u0627\u0645 \u2192 \U0001f9f4"@ar .\n'
    )
    done = shell("--also", path, "show", "pore", env=os.environ | environment)
    assert b"Traceback" not in done.stderr
    assert done.returncode in (0, 2)


def test_what_would_steer_a_terminal_is_shown_as_text(run, write):
    path = write(
        concept("pit", "Concern") + 'skin:pit skos:altLabel "\\u001b[31mred\\u202e"@en .\n'
    )
    _, out, err = run(
        "--graph",
        path,
        "--also",
        write(claim("x", "pit", "causedBy", "pit"), "b.ttl"),
        "show",
        "pit",
    )
    assert "\x1b" not in out + err
    assert "\\x1b[31mred\\u202e" in out


def test_the_passage_of_a_document_is_found_by_its_words(run, tmp_path, write):
    text = "A leaflet. Peels sting for a while."
    (tmp_path / "leaflet.txt").write_text(text)
    from skingraph.passages import hash_of

    path = write(
        'source:leaflet a skg:Source ; dcterms:title "Leaflet"@en ; skg:file "leaflet.txt" ;'
        f' skg:hash "{hash_of(text.encode())}" .\n' + concept("peel", "Treatment")
    )
    arguments = ["--also", path, "passage", "leaflet", "Peels sting", "--sources", str(tmp_path)]
    arguments += ["--section", "Peels"]
    code, out, _ = run(*arguments)
    assert code == 0
    assert "passage:leaflet-11-22 a skg:Passage" in out
    assert hash_of(b"Peels sting") in out
    assert run(*arguments[:4], "Peels soothe", *arguments[5:])[0] == 2
    assert run(*arguments[:4], "e", *arguments[5:])[0] == 2
    (tmp_path / "leaflet.txt").write_text(text + "!")
    assert "hash differs" in run(*arguments)[2]


def test_a_copy_of_the_module_runs_as_the_command_does():
    done = shell("find", "pores", "-f", "csv")
    assert done.returncode == 0
    assert done.stdout.startswith(b"concept,label")


@pytest.mark.parametrize("command", ["query claims -f csv", "show microneedling", "find acne"])
def test_a_pipe_that_nobody_reads_is_no_answer_of_no(command):
    line = f"{' '.join(COMMAND)} {command} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.stdout == "0\n"
    assert done.stderr == ""


def test_closed_streams_do_not_break_it():
    for line in ("stats >&-", "stats 2>&-", "query - <&-"):
        done = subprocess.run(
            ["bash", "-c", f"{' '.join(COMMAND)} {line}"], capture_output=True, check=False
        )
        assert b"internal error" not in done.stderr
        assert b"Traceback" not in done.stderr


def test_without_a_command_the_help_is_shown_as_it_is(run):
    code, _, err = run()
    assert code == 2
    assert err.startswith("Usage: skingraph")
    assert err.count("\n") > 20


def test_from_chooses_the_graph(run):
    count = "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}"
    sizes = {
        clause: int(run("query", "-e", count.format(clause), "-f", "csv")[1].split()[1])
        for clause in ("", "FROM skg:asserted", "FROM skg:inferred", "FROM <http://nowhere/>")
    }
    assert sizes["FROM <http://nowhere/>"] == 0
    for spelt in ("from<http://nowhere/>", "FROM # a remark\n <http://nowhere/>"):
        assert run("query", "-e", count.format(spelt), "-f", "csv")[1].split()[1] == "0"
    assert 0 < sizes["FROM skg:inferred"] < sizes["FROM skg:asserted"] < sizes[""]
    assert sizes["FROM skg:inferred"] + sizes["FROM skg:asserted"] < sizes[""]


def test_a_statement_counts_once_in_the_union(run, tmp_path):
    export = tmp_path / "part.ttl"
    run("export", "microneedling", "-o", str(export))
    query = "SELECT ?b { skin:microneedling skos:broader ?b }"
    once = run("query", "-e", query, "-f", "csv")[1]
    code, twice, err = run("--also", str(export), "query", "-e", query, "-f", "csv")
    assert code == 0
    assert twice == once == "b\r\nhttps://w3id.org/skingraph/skin-treatment\r\n"
    assert "was not there already" in err


@pytest.mark.parametrize(
    "turtle",
    [
        "claim:smartskin-advised-against-darker-skin skg:polarity skg:Refutes .",
        "claim:smartskin-advised-against-darker-skin skg:strength skg:Absolute .",
        "passage:smartskin-3007-3114 skg:start 1 .",
        'skin:acne-scar skos:prefLabel "wart"@en .',
        "skg:E0 skg:rank 5 .",
        'skin:acne-scar skos:prefLabel "a wart"@en-GB .',
        'claim:smartskin-advised-against-darker-skin skg:condition "nie"@de .',
        'skg:contraindicatedIn rdfs:label "is advised"@EN-us .',
    ],
)
def test_a_file_beside_the_graph_cannot_change_what_ours_say(run, write, turtle):
    code, _, err = run("--also", write(turtle), "stats")
    assert code == 2
    assert "is shipped" in err


def test_a_file_beside_the_graph_may_add_names_and_claims(run, write):
    mine = write(
        'skin:acne-scar skos:altLabel "moon crater"@en ; skos:prefLabel "Aknenarbe"@de .\n'
        + claim("mine-a", "hydrafacial", "treats", "acne-scar")
    )
    code, out, _ = run("--also", mine, "options", "moon crater")
    assert code == 0
    assert "Hydrafacial" in out


def test_outside_data_cannot_keep_the_rules_busy(run, write, monkeypatch):
    monkeypatch.setattr("skingraph.loading.limits_of_rules", lambda _: Limits(seconds=3))
    # What a rule would have to join here keeps it busy for hours.
    clique = "".join(
        f"skin:n{i} skos:broader skin:n{j} .\n" for i in range(400) for j in range(400) if i != j
    )
    code, out, err = run("--also", write(clique), "stats")
    assert (code, out) == (2, "")
    assert "stopped after 3 s" in err


def test_types_alone_select_their_concepts(run):
    code, out, _ = run("export", "--type", "Agent", "-f", "csv")
    assert code == 0
    assert "petroleum-jelly" in out
    assert "contraindicatedIn" not in out


def test_an_empty_answer_for_a_program_is_still_well_formed(run):
    code, out, err = run("find", "zzqqxy", "-f", "json")
    assert code == 1
    assert json.loads(out)["results"]["bindings"] == []
    _, _, err = run("query", "claims", "--min-evidence", "E3", "-f", "csv")
    assert "--min-evidence E3 leaves claims out" in err
