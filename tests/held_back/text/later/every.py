"""Every kind of the second set."""

from tests.held_back.kind import Kind
from tests.held_back.text.later import anglo, asia_africa, dutch_nordic, german_latin, records

KINDS: tuple[Kind, ...] = (*dutch_nordic.KINDS, *german_latin.KINDS, *anglo.KINDS, *asia_africa.KINDS, *records.KINDS)
