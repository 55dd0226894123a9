"""A clock that was wrong and is put right: what was planned meanwhile is neither lost nor said twice."""

from __future__ import annotations

from tests.delivery.scene import PEOPLE, Scene


def test_a_clock_put_back_over_a_weekend_says_no_starting_list_twice(scene: Scene) -> None:
    scene.tick("2022-09-12 08:00")  # planned for that Monday, and it was the Friday before
    scene.tick("2022-09-09 09:00")
    scene.mornings("2022-09-14")
    assert [len(scene.posts_to(user)) for user in PEOPLE.values()] == [1, 1, 1]


def test_a_clock_put_back_while_a_message_waits_for_its_next_try_says_it_once(scene: Scene) -> None:
    scene.slack.fail("conversations.open", how="500", times=3)
    scene.tick("2022-09-12 09:00")
    scene.tick("2022-09-09 09:00")
    scene.mornings("2022-09-14")
    assert [len(scene.posts_to(user)) for user in PEOPLE.values()] == [1, 1, 1]
