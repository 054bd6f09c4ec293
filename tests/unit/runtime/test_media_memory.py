"""Which bytes an isolate keeps, and for how long."""

from __future__ import annotations

from runtime.media_memory import (
    ASKED_BEFORE,
    LARGEST_BYTES,
    READ_SECONDS,
    SMALL_BYTES,
    STAY_SECONDS,
    MediaMemory,
)

NOW = 1_000.0
LARGE = 100_000
ROOM = 10 * LARGE


def ask(memory, tag, length, now=NOW, times=1):
    """Ask for a format like so many people; return its entry, and whether it is kept now."""
    held = memory.find(tag, length)
    for _ in range(times):
        if held.blob is not None:
            held.used = True
        elif memory.wants(held, now):
            memory.keep(held, f"bytes of {tag}", now)
    return held, held.blob is not None


def test_a_small_file_is_kept_at_once():
    memory = MediaMemory(ROOM)
    held, is_kept = ask(memory, "a", SMALL_BYTES)
    assert is_kept
    assert memory.find("a", SMALL_BYTES) is held
    assert memory.bytes == SMALL_BYTES


def test_a_larger_file_is_kept_when_some_have_asked():
    memory = MediaMemory(ROOM)
    held, is_kept = ask(memory, "a", SMALL_BYTES + 1, times=ASKED_BEFORE)
    assert not is_kept
    assert memory.wants(held, NOW)


def test_a_very_large_file_is_never_kept():
    assert not ask(MediaMemory(), "a", LARGEST_BYTES + 1, times=20)[1]
    assert ask(MediaMemory(), "a", LARGEST_BYTES, times=20)[1]


def test_one_who_reads_is_enough_until_it_is_cut_off():
    memory = MediaMemory(ROOM)
    held = memory.find("a", 10)
    assert memory.wants(held, NOW)
    assert not memory.wants(held, NOW + READ_SECONDS - 1)
    assert memory.wants(held, NOW + READ_SECONDS)


def test_all_together_never_exceed_the_room():
    memory = MediaMemory(ROOM)
    for number in range(100):
        ask(memory, f"tag{number}", LARGE, NOW + number * STAY_SECONDS, times=10)
        ask(memory, f"small{number}", SMALL_BYTES, NOW + number * STAY_SECONDS)
        assert memory.bytes <= ROOM
        assert memory.bytes == sum(held.length for held in memory._kept.values())
    assert memory.bytes > ROOM / 2


def test_a_larger_file_stays_for_a_while_whatever_others_want():
    memory = MediaMemory(ROOM)
    first = [ask(memory, f"tag{number}", LARGE, times=10)[0] for number in range(10)]
    assert not ask(memory, "late", LARGE, NOW + STAY_SECONDS - 1, times=10)[1]
    assert all(held.blob is not None for held in first)
    assert ask(memory, "late", LARGE, NOW + STAY_SECONDS, times=10)[1]
    assert [held.blob is None for held in first].count(True) == 1


def test_small_files_make_room_for_others_at_once():
    memory = MediaMemory(2 * SMALL_BYTES)
    assert ask(memory, "a", SMALL_BYTES)[1]
    assert ask(memory, "b", SMALL_BYTES)[1]
    assert ask(memory, "c", SMALL_BYTES)[1]
    assert memory.find("a", SMALL_BYTES).blob is None
    assert memory.find("b", SMALL_BYTES).blob is not None


def test_what_is_used_is_spared_for_what_is_not():
    memory = MediaMemory(2 * SMALL_BYTES)
    ask(memory, "a", SMALL_BYTES, times=2)
    ask(memory, "b", SMALL_BYTES)
    ask(memory, "c", SMALL_BYTES)
    assert memory.find("a", SMALL_BYTES).blob is not None
    assert memory.find("b", SMALL_BYTES).blob is None


def test_what_made_room_has_to_be_asked_for_again():
    memory = MediaMemory(LARGE)
    gone, _ = ask(memory, "a", LARGE, times=10)
    gone.used = False
    assert ask(memory, "b", LARGE, NOW + STAY_SECONDS, times=10)[1]
    assert (gone.blob, gone.asked) == (None, 0)


def test_bytes_that_were_dropped_are_gone_for_whoever_holds_the_entry():
    memory = MediaMemory(ROOM)
    held, _ = ask(memory, "a", LARGE, times=10)
    memory.drop("a")
    memory.drop("a")
    assert (held.blob, memory.bytes) == (None, 0)


def test_the_same_bytes_read_twice_are_kept_once():
    memory = MediaMemory(ROOM)
    one, other = memory.find("a", 10), memory.find("a", 10)
    assert memory.wants(one, NOW)
    assert memory.wants(other, NOW)
    memory.keep(one, "bytes", NOW)
    memory.keep(other, "bytes", NOW)
    assert memory.bytes == 10
    assert other.blob is None


def test_bytes_for_which_there_is_no_room_any_more_are_not_kept():
    memory = MediaMemory(LARGE)
    late = memory.find("late", LARGE)
    late.asked = ASKED_BEFORE
    assert memory.wants(late, NOW)
    assert ask(memory, "a", LARGE, times=10)[1]
    memory.keep(late, "bytes", NOW)
    assert late.blob is None
    assert memory.bytes == LARGE
