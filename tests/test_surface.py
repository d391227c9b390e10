"""The public surface: what can be imported, what each word is called, what stands where."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

import skingraph
from skingraph import errors
from skingraph.prefixes import PREFIXES, curie, expand
from skingraph.resources import folder, walk

TURTLE = [*walk(folder("ontology"), ".ttl")]
# Shapes have names of their own, which stand in no answer and no export.
OWN = {"shape": "https://w3id.org/skingraph/shape/"}
QUERIES = [*walk(folder("queries"), ".rq"), *walk(folder("ontology"), ".rq")]
PREFIX = re.compile(r"^\s*@?prefix\s+(\w+):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)


def test_the_public_names_are_sorted_and_all_there():
    assert skingraph.__all__ == sorted(skingraph.__all__)
    for name in skingraph.__all__:
        value = getattr(skingraph, name)
        assert value.__module__.startswith("skingraph.")
        assert inspect.getdoc(value)
    with pytest.raises(AttributeError, match="no_such_name"):
        skingraph.no_such_name  # noqa: B018


def test_every_error_is_ours_and_a_built_in_one_too():
    ours = [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and issubclass(value, errors.SkingraphError)
    ]
    assert len(ours) == 10
    for error in ours[1:]:
        assert issubclass(error, errors.SkingraphError)
        assert len(error.__bases__) == 2
        assert error.__name__ in str(errors.__doc__)


def test_every_public_function_says_what_it_gives():
    package = Path(str(skingraph.__file__)).parent
    for file in package.glob("*.py"):
        if file.stem == "__main__":
            continue
        module = importlib.import_module(f"skingraph.{file.stem}")
        for name, value in vars(module).items():
            if not name.startswith("_") and inspect.isfunction(value):
                assert inspect.getdoc(value), f"{file.stem}.{name}"


@pytest.mark.parametrize("file", [*TURTLE, *QUERIES], ids=lambda file: file.name)
def test_prefixes_are_those_of_the_table(file):
    declared = PREFIX.findall(file.read_text(encoding="utf-8"))
    assert declared or file.name.endswith(".rq")
    for prefix, namespace in declared:
        assert (PREFIXES | OWN)[prefix] == namespace


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_curie_goes_to_its_iri_and_back(prefix):
    iri = expand(f"{prefix}:some-name")
    assert iri == PREFIXES[prefix] + "some-name"
    assert curie(iri) == f"{prefix}:some-name"


@pytest.mark.parametrize("text", ["microneedling", "no:such", "http://a/", "skin:", ":x", "a b:c"])
def test_what_is_no_curie_is_left_alone(text):
    assert expand(text) is None
    assert curie(text) == text
