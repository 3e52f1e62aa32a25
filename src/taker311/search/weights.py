"""Every number that search weighs with, in one place, and where it comes from.

"Fitted" means `benchmarks/search_quality.py --fit`: five folds inside the dev halves of the four public sets, the sum of top-1
and .7 x top-5 over whole queries, and at .3 of that over queries with a slip, joined or split, half-typed and cut at 60 %. The
engine's answer hardly moves within +-30 % of a fitted number. What is not fitted is said to be so.
"""

from __future__ import annotations

# What a field's words count in a topic's pooled text. Not fitted: the public sets have hardly any body text.
TITLE, SAID, KEYWORDS, BODY = 2.0, 1.5, 1.5, 0.35
# BM25 as in Robertson & Zaragoza 2009, with their usual values, not fitted; length enters as its square root, so that a topic with a hundred wordings is not sunk.
K1, B = 1.2, 0.6
IMPACT = 100  # an impact is kept as a whole number of hundredths
# Fillers still order what nothing else does; anything from .05 to .5 gives the same answers.
FILLER = 0.2
# The blend of an entry's score: LEARNED * learned + lexical share * lexical score (1 at the best entry) + wording share *
# (nearness of its best wording + WORDINGS * its next ones'). The two shares are LOW + FEW / wordings per topic: where few
# wordings were learned from, what stands in the text says more. Fitted together, whole and mangled queries of all four sets.
LEARNED = 0.5
LEXICAL, LEXICAL_FEW = 0.05, 1.3
COVERAGE, COVERAGE_FEW = 0.45, 1.5
WORDINGS, FADE, MOST_WORDINGS = 0.1, 0.6, 6
FEWEST = 2.0  # wordings per topic are counted as at least so many

# What an alternative is worth beside the typed word itself (1.0). Not fitted: in this order they keep a word as typed above its
# other forms, those above completions and slips; the made topics of `benchmarks/search_speed.py` are found with any such order.
STEM, FORM, JOINED, SPLIT, SOUND, INITIALS = 0.95, 0.9, 0.95, 0.9, 0.7, 0.45
SLIP = (1.0, 0.8, 0.6)  # by number of slips
PREFIX_LOW, PREFIX_SPAN = 0.55, 0.4  # a completion: low + span * (letters typed / letters of the word)
OTHER_FIRST_LETTER = 0.85
SLIP_BESIDE_CUT = 0.25  # of a last word that completions fit: how much likelier they are than slips
# How far a likely word stands in for an unknown one among the features: after a slip, after a cut or split. Fitted: less loses
# queries with a slip, more loses names and words that are right and only unknown.
TRUST_SLIP, TRUST_CUT = 0.9, 0.6
