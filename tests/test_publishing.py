"""Publishing: what a service holds afterwards is what was sent, or it is told."""

from __future__ import annotations

import shutil

import pyoxigraph as ox
import pytest
from tests.pieces import LEAFLET, claim, concept
from tests.triplestores import fuseki

from skingraph.errors import BadParameter, ServiceFailed
from skingraph.publishing import Parcel, by_graph_store, by_update, parcels
from skingraph.store import SkinGraph

TREATS = claim("mine", "mine", "treats", "acne-scar") + concept("mine", "Treatment")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with fuseki(tmp_path_factory.mktemp("fuseki")) as started:
        yield started


@pytest.fixture
def mine(small):
    return small(TREATS)


@pytest.mark.parametrize("way", ["--graph-store", "--update"])
def test_publishing_twice_is_publishing_once(server, run, write, way):
    file = write(LEAFLET + TREATS)
    where = server.graphs if way == "--graph-store" else server.update
    for _ in range(2):
        code, out, told = run("publish", "--graph", file, "--to", server.query, way, where)
        assert (code, out) == (0, ""), told
    expected = SkinGraph.read([file])
    there = SkinGraph.connect(server.query)
    assert len(there) == len(expected)
    assert there.ask("ASK { GRAPH skg:inferred { skin:mine skg:treats skin:acne-scar } }")


def test_other_graphs_of_the_service_stay(server, mine):
    by_update([Parcel("urn:other", ("<urn:a> <urn:b> <urn:c> .",))], server.query, server.update)
    by_graph_store(parcels(mine), server.query, server.graphs)
    assert SkinGraph.connect(server.query).answer("ASK FROM <urn:other> { ?s ?p ?o }") is True


def test_blank_nodes_stay_whole_by_update(server):
    lines = ("<urn:a> <urn:b> _:x .", "_:x <urn:c> _:y .", '_:y <urn:d> "_:z" .')
    assert by_update([Parcel("urn:blank", lines)], server.query, server.update) == {"urn:blank": 3}
    path = "ASK FROM <urn:blank> { <urn:a> <urn:b>/<urn:c>/<urn:d> '_:z' }"
    assert SkinGraph.connect(server.query).answer(path) is True


def test_too_many_blank_nodes_for_an_update_are_refused(server):
    lines = tuple(f"_:x <urn:p{n}> <urn:o> ." for n in range(6000))
    with pytest.raises(BadParameter, match="--graph-store"):
        by_update([Parcel("urn:blank", lines)], server.query, server.update)


def test_a_dry_run_sends_nothing(run, mine):
    nowhere = "http://127.0.0.1:9/"
    code, out, _ = run("publish", "--to", nowhere, "--graph-store", nowhere, "--dry-run")
    assert code == 0
    assert "statements to <https://w3id.org/skingraph/schema#asserted>" in out


@pytest.mark.parametrize("ways", [[], ["--graph-store", "http://x/", "--update", "http://x/"]])
def test_one_way_is_chosen(run, ways):
    code, _, told = run("publish", "--to", "http://127.0.0.1:9/", *ways)
    assert code == 2
    assert "one of them" in told


@pytest.mark.parametrize("way", ["--graph-store", "--update"])
def test_a_service_that_refuses_is_told_with_what_is_there(server, run, way):
    # A query endpoint takes neither graphs nor updates.
    code, _, told = run("publish", "--to", server.query, way, server.query)
    assert code == 2
    assert len(told.splitlines()) == 1
    assert "0 of" in told
    assert "Publish again" in told


def test_a_count_that_differs_is_told(server):
    twice = ("<urn:a> <urn:b> <urn:c> .",) * 2
    with pytest.raises(ServiceFailed, match="counts 1 statements in <urn:twice>, and 2 were sent"):
        by_graph_store([Parcel("urn:twice", twice)], server.query, server.graphs)


def test_statements_outside_graphs_are_not_published(write):
    plain = SkinGraph.read([write("skin:a skos:prefLabel 'a' .")])
    with pytest.raises(BadParameter, match="outside named graphs"):
        parcels(plain)


def test_a_break_in_the_middle_is_told_and_mended_by_doing_it_again(server, tmp_path):
    good = Parcel("urn:first", ("<urn:a> <urn:b> <urn:c> .",))
    bad = Parcel("urn:second", ("<urn:a> <urn:b> <urn:c", "<urn:a> <urn:b> <urn:d> ."))
    for send, where in ((by_graph_store, server.graphs), (by_update, server.update)):
        with pytest.raises(ServiceFailed, match="1 of 2 graphs are there"):
            send([good, bad], server.query, where)
        mended = [good, Parcel("urn:second", bad.lines[1:])]
        assert send(mended, server.query, where) == {"urn:first": 1, "urn:second": 1}


def test_all_that_a_graph_holds_is_in_its_parcels(graph):
    sent = parcels(graph)
    assert sum(map(len, sent)) == len(graph)
    assert [parcel.graph for parcel in sent] == sorted(
        name.value for name in graph.store.named_graphs() if isinstance(name, ox.NamedNode)
    )
    assert shutil.which("java") is None or len(sent) > 3
