# SPDX-License-Identifier: GPL-3.0-or-later
"""A small made-up world and the texts that describe it.

Everything the bundled demo is trained on comes from here: the documents of the base model's pre-training, and the
"card" task of the fine-tuning. All draws go through a caller's random.Random, so a seed fixes every text.

`python world.py` prints a few documents and one card.
"""
from __future__ import annotations

import random
from dataclasses import dataclass

GIRLS = "Mia Lena Ada Nora Ella Rosa Tina Zoe Vera Ida Lily Kim Anna Ruth Olga Emma".split()
BOYS = "Ben Tom Max Leo Finn Otto Hugo Sam Paul Jack Carl Noah Erik Luca Adam Tim".split()
CLASSES = {
    "mammal": "fox bear mouse cat dog horse wolf rabbit".split(),
    "bird": "owl duck crow goose hen swan".split(),
    "fish": "trout carp eel salmon".split(),
    "insect": "bee ant moth beetle".split(),
    "reptile": "snake lizard turtle gecko".split(),
}
CLASS_OF = {animal: name for name, animals in CLASSES.items() for animal in animals}
LEGS = {"mammal": "four", "bird": "two", "fish": "no", "insect": "six", "reptile": "four"}
ANIMALS = list(CLASS_OF)
COLOURS = "red blue green white black brown grey yellow".split()
PLACES = ("forest garden village harbour castle valley meadow desert cave river market tower island barn city "
          "swamp").split()
FOODS = "apples berries bread cheese honey nuts soup rice plums corn cake beans pears seeds".split()
THINGS = "ball hat kite drum lamp key boat book bell coat ring map box spoon".split()
MOODS = "happy sad brave shy lazy clever hungry tired".split()
TIMES = {"morning": "in the morning", "noon": "at noon", "evening": "in the evening", "night": "at night"}
NUMBERS = ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
           "seventeen eighteen").split()
WORD_LISTS = [GIRLS + BOYS, ANIMALS, COLOURS, PLACES, FOODS, THINGS, MOODS]


def with_article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


def legs_of(animal: str) -> str:
    return "no" if animal == "snake" else LEGS[CLASS_OF[animal]]


@dataclass(frozen=True)
class Hero:
    """One inhabitant: every field is one word of the lists above."""

    name: str
    animal: str
    colour: str
    place: str
    food: str
    time: str
    thing: str
    mood: str

    @property
    def kind(self) -> str:
        return CLASS_OF[self.animal]

    def words(self) -> dict[str, str]:
        """The values that the sentence patterns below refer to."""
        she = "she" if self.name in GIRLS else "he"
        return {
            "name": self.name, "she": she, "She": capital(she), "her": "her" if she == "she" else "his",
            "Her": "Her" if she == "she" else "His", "animal": self.animal, "an_animal": with_article(self.animal),
            "colour": self.colour, "a_colour": with_article(self.colour), "kind": self.kind,
            "a_kind": with_article(self.kind), "place": self.place, "food": self.food, "time": self.time,
            "at_time": TIMES[self.time], "a_thing": with_article(self.thing), "thing": self.thing, "mood": self.mood,
        }


def make_hero(rng: random.Random, other: Hero | None = None) -> Hero:
    """Draws a hero; with `other` given, one of another name."""
    name = rng.choice(GIRLS + BOYS)
    while other is not None and name == other.name:
        name = rng.choice(GIRLS + BOYS)
    return Hero(name, rng.choice(ANIMALS), rng.choice(COLOURS), rng.choice(PLACES), rng.choice(FOODS),
                rng.choice(list(TIMES)), rng.choice(THINGS), rng.choice(MOODS))


INTRODUCTIONS = [
    "{name} is {a_colour} {animal}.",
    "There was {a_colour} {animal} called {name}.",
    "Once there was {a_colour} {animal} named {name}.",
]
# One sentence per topic; a topic answers the questions listed for it in QUESTIONS.
SENTENCES = {
    "place": ["{Who} lives in the {place}.", "{Her} home is in the {place}.", "The {place} is {her} home."],
    "food": ["{Who} eats {food} every {time}.", "Every {time} {she} eats {food}.",
             "{Who} likes to eat {food} {at_time}."],
    "thing": ["{Who} has {a_thing}.", "{Who} carries {a_thing}.", "{Who} owns {a_thing}."],
    "mood": ["{Who} is always {mood}.", "{Who} feels {mood} today.", "Today {she} is {mood}."],
}
QUESTIONS = {
    "introduction": [
        ("Who is {name}?", "{name} is {an_animal}."),
        ("What colour is {name}?", "{name} is {colour}."),
        ("What kind of animal is {name}?", "{name} is {a_kind}."),
    ],
    "place": [("Where does {name} live?", "{name} lives in the {place}.")],
    "food": [("What does {name} eat?", "{name} eats {food}."), ("When does {name} eat?", "{name} eats {at_time}.")],
    "thing": [("What does {name} have?", "{name} has {a_thing}.")],
    "mood": [("How is {name}?", "{name} is {mood}.")],
}


def story(rng: random.Random, hero: Hero, topics: int) -> tuple[str, list[str]]:
    """An introduction and `topics` sentences in random order, and the topics it told."""
    told = rng.sample(list(SENTENCES), topics)
    lines = [rng.choice(INTRODUCTIONS).format(**hero.words())]
    for topic in told:
        who = rng.choice([hero.name, hero.words()["She"], hero.words()["She"]])
        lines.append(rng.choice(SENTENCES[topic]).format(Who=who, **hero.words()))
    return " ".join(lines), ["introduction"] + told


def question(rng: random.Random, hero: Hero, topic: str) -> str:
    ask, answer = rng.choice(QUESTIONS[topic])
    return "Question: " + ask.format(**hero.words()) + " Answer: " + answer.format(**hero.words())


def all_questions(hero: Hero, topics: list[str]) -> list[str]:
    return ["Question: " + ask.format(**hero.words()) + " Answer: " + answer.format(**hero.words())
            for topic in topics for ask, answer in QUESTIONS[topic]]


# ---- documents of the pre-training -------------------------------------------------------------------------------

def long_story(rng: random.Random) -> str:
    hero = make_hero(rng)
    text, told = story(rng, hero, 4)
    asked = all_questions(hero, told)
    return " ".join([text] + rng.sample(asked, rng.randint(3, 6)))


def short_story(rng: random.Random) -> str:
    hero = make_hero(rng)
    text, told = story(rng, hero, rng.choice([1, 2, 2]))
    asked = [question(rng, hero, topic) for topic in told]
    rng.shuffle(asked)
    return " ".join([text] + asked)


def two_heroes(rng: random.Random) -> str:
    first = make_hero(rng)
    second = make_hero(rng, first)
    texts, asked = [], []
    for hero in (first, second):
        text, told = story(rng, hero, 4)
        texts.append(text)
        asked += rng.sample(all_questions(hero, told), 2)
    rng.shuffle(asked)
    return " ".join(texts + asked)


def event(rng: random.Random) -> str:
    hero = make_hero(rng)
    friend = make_hero(rng, hero)
    opening, _ = story(rng, hero, rng.choice([2, 3, 4]))
    n, f = hero.name, f"{friend.name} the {friend.animal}"
    happening = rng.choice([
        f"One day {n} met {f} near the {friend.place}. {friend.name} gave {n} {with_article(friend.thing)}. "
        f"{n} said thank you.",
        f"One day {n} lost the {hero.thing}. {f} found the {hero.thing} in the {friend.place}. {n} was happy.",
        f"{f} came to visit. {n} and {friend.name} ate {hero.food} and went to the {friend.place}.",
        f"{n} wanted to see the {friend.place}. {f} showed {n} the way.",
    ])
    return opening + " " + happening


def fact(rng: random.Random) -> str:
    animal = rng.choice(ANIMALS)
    kind, legs, an = CLASS_OF[animal], legs_of(animal), with_article(animal)
    other = rng.choice([name for name in CLASSES if name != kind])
    return rng.choice([
        f"{capital(an)} is {with_article(kind)}.",
        f"{capital(an)} has {legs} legs.",
        f"{capital(an)} is {with_article(kind)} and has {legs} legs.",
        f"Is {an} {with_article(kind)}? Yes.",
        f"Is {an} {with_article(other)}? No.",
        f"Question: What is {an}? Answer: {capital(an)} is {with_article(kind)}.",
    ])


def facts(rng: random.Random) -> str:
    return " ".join(fact(rng) for _ in range(4))


def class_table(rng: random.Random) -> str:
    return " | ".join(f"{animal} = {CLASS_OF[animal]}" for animal in rng.sample(ANIMALS, 5)) + "."


def sums(rng: random.Random) -> str:
    def one() -> str:
        a, b, food = rng.randint(1, 9), rng.randint(1, 9), rng.choice(FOODS)
        x, y, z = NUMBERS[a - 1], NUMBERS[b - 1], NUMBERS[a + b - 1]
        return rng.choice([f"{capital(x)} plus {y} is {z}.", f"{capital(x)} {food} and {y} {food} make {z} {food}."])

    return " ".join(one() for _ in range(4))


def copied_list(rng: random.Random) -> str:
    length = rng.randint(3, 7)
    if rng.random() < 0.5:
        words = rng.sample(rng.choice(WORD_LISTS), length)
    else:
        words = [rng.choice(rng.choice(WORD_LISTS)) for _ in range(length)]
    line = rng.choice([", ", ", ", " | ", " / ", " - "]).join(words)
    text = f"List: {line}. Again: {line}."
    place = rng.randrange(length - 1)
    return text + rng.choice(["", f" The first is {words[0]}. The last is {words[-1]}.",
                              f" After {words[place]} comes {words[place + 1]}." if len(set(words)) == length else ""])


# (share, writer): the plain mix, and the lighter one that pre-training starts with.
FULL_MIX = [(0.40, long_story), (0.14, short_story), (0.12, two_heroes), (0.06, event), (0.08, facts),
            (0.04, class_table), (0.03, sums), (0.13, copied_list)]
LIGHT_MIX = [(0.48, short_story), (0.32, copied_list), (0.08, long_story), (0.06, facts), (0.02, class_table),
             (0.02, sums), (0.02, event)]


def document(rng: random.Random, mix: list) -> str:
    return rng.choices([writer for _, writer in mix], [share for share, _ in mix])[0](rng)


# ---- the fine-tuning task ----------------------------------------------------------------------------------------

def card(rng: random.Random) -> tuple[str, str]:
    """A story and its card: six words that the story holds, and the class, which only the base's knowledge holds.

    The completion begins with a space: so prompt + completion splits into pieces exactly where the completion begins.
    """
    hero = make_hero(rng)
    text, _ = story(rng, hero, 4)
    fields = [hero.name, hero.animal, hero.kind, hero.colour, hero.place, hero.food, hero.thing]
    return text + " Card:", " " + " | ".join(fields)


if __name__ == "__main__":
    generator = random.Random(0)
    for _ in range(12):
        print(document(generator, FULL_MIX), end="\n\n")
    print("".join(card(generator)))
