"""A last word that only the whole of a story makes certain shows whether a model kept the story in mind.

The stories are Guildmark's own, in the manner of LAMBADA (Paperno et al., arXiv 1606.06031), and few."""

from collections.abc import Iterator

from guildmark.benchmark import Sample, benchmark

STORIES = """\
Mara packed the violin and left the drum at home. At the concert she lifted her bow and began to play the|violin|drum
Tom is afraid of dogs, but he loves cats. For his birthday his aunt gave him a small, grey, purring|cat|dog
The baker had run out of wheat, so today he used rye. The loaf that he sold me was made of|rye|wheat
We wanted to sail, but there was no wind, so we took the oars. All the way to the island we had to|row|sail
Every spring the storks come back to the chimney. This year the nest was built, but there was no|stork|chimney
Ann hid the key under the blue pot, not the red one. When it rained she went straight to the pot that was|blue|red
The doctor told Ben to drink tea instead of coffee. So in the morning he boiled water and made himself some|tea|coffee
Two brothers, Karl and Otto, raced to the river. Karl fell at the fence, and so the race was won by|Otto|Karl
The museum has a clock that runs backwards. An hour after it showed nine, the hands of that clock stood at|eight|ten
Lena's train goes from platform four, and mine from platform seven. I kissed her and walked to platform|seven|four
The wall was to be green, but the shop had only yellow paint. By evening, to our surprise, the wall was|yellow|green
Out of the egg that the hen had sat on for weeks came a duck. On the pond it swam at once, for it was a|duck|hen
Father salted the soup, and then Mother, not knowing, salted it again. At table we all found it too|salty|sweet
The left road leads to the sea and the right one to the hills. Longing for waves, she turned to the|left|right
Nobody had fed the goldfish; everybody had fed the rabbit. By Sunday the one that was hungry was the|goldfish|rabbit
It was so dark that he lit the lantern, but the lantern had no oil. He went down the stairs in the|dark|light"""


@benchmark(
    version="1",
    kind="cloze",
    scorer="cloze",
    covers="reading",
    weaknesses="16 stories: it tells a broken set-up from a working one. Some end as well with a word of like meaning.",
)
def guildmark_cloze() -> Iterator[Sample]:
    """Of 16 short stories, how many does it end with the one word that fits their whole?"""
    for number, line in enumerate(STORIES.splitlines()):
        story, right, wrong = line.split("|")
        yield Sample(f"story-{number}", story, 0, (f" {right}", f" {wrong}"), source=f"story-{number}")
