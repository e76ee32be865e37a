"""How hypothesis makes mutated bundles: one to five things happen to one of the bundles."""

from hypothesis import strategies as st

from fuzz.bundles import bundles
from fuzz.mutations import MUTATIONS, Case, Mutation

_numbers = st.integers(0, 200_000)
_mutations = st.builds(Mutation, st.sampled_from(sorted(MUTATIONS)), st.tuples(_numbers, _numbers, _numbers))


def cases() -> st.SearchStrategy[Case]:
    """Mutated bundles."""
    return st.builds(Case, st.sampled_from(sorted(bundles())), st.lists(_mutations, min_size=1, max_size=5).map(tuple))
