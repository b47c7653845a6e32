"""Three voices kept apart; the one that nobody asked is missing, not content."""

from analysis.measurement import crime, situation, voices
from analysis.words.periods import Period

LUNDBY, NORRA = "stadsdel:139", "stadsdel:140"
Y2017 = Period.parse("2017")


def heard(read, city, area_id):
    items = list(read["crime_items"]["item"])
    counts = crime.reported(read, city, area_id, items, Y2017).values()
    said = [one.at(Y2017) for one in counts] + situation.surveys(read, city, area_id, Y2017)
    return voices.heard(read, city, area_id, Y2017, said)


def test_two_voices_speak_and_one_is_missing(read, city):
    found = {e.definition: e for e in heard(read, city, LUNDBY)}
    assert (found["residents"].value, found["police"].value, found["district"].value) == (2, 35, 0)
    assert voices.missing(list(found.values())) == ["district"]


def test_who_is_silent_is_told_with_the_places(read, city):
    both = heard(read, city, LUNDBY) + heard(read, city, NORRA)
    assert voices.silent(both) == {"residents": [NORRA], "district": [LUNDBY, NORRA]}
