"""256 short words that sound unlike one another: a byte each, to read a fingerprint over the telephone."""

from __future__ import annotations

WORDS: tuple[str, ...] = tuple(
    """
    acid actor adult agent album alley amber anchor ankle apple april arena arrow atlas aunt autumn
    bacon badge baker banjo barrel basket beach beetle berry bicycle bishop blanket bonus bottle branch bridge
    bronze bucket budget butter cabin cactus camel candle canyon carbon castle cedar cello chalk cherry chimney
    circus citizen clover cobra coffee comet copper coral cotton cousin cradle cricket crystal curtain cymbal daisy
    dancer debate denim desert diesel dinner doctor dolphin donkey dragon drummer dynamo eagle earth echo eclipse
    edge eight elbow elephant elm ember engine epic error essay evening exit fabric falcon famous farmer
    feather fender ferry fiddle finger flute fossil fountain freckle fudge funnel galaxy garlic gazebo ginger giraffe
    glacier globe gopher gravel guitar gutter habit hammer harbor hazel helmet hermit hockey honey hotel hunter
    icicle igloo index insect iron island ivory jacket jaguar jelly jigsaw jockey jungle kayak kettle kitchen
    kiwi knight ladder lagoon lantern lemon lizard lobster locket lumber lunar magnet mango maple marble meadow
    melody mirror monkey morning mosaic muffin museum napkin nectar needle nickel nine north novel nutmeg oasis
    ocean olive onion orange orbit orchid otter oval oxygen oyster paddle panda parrot peanut pebble pencil
    pepper piano pigeon pillow planet plum pocket polar pony prairie pretzel pumpkin puzzle quarry quilt rabbit
    radar raven ribbon rifle river robin rocket rubber saddle salad satin scarf school season shadow shovel
    silver sister skate sleigh slipper snow soccer spider spoon squirrel statue sugar summer sunset syrup table
    tango temple ticket tiger toast tomato topaz trumpet tulip tunnel turkey umbrella uncle velvet violin wagon
    """.split()  # noqa: SIM905 - 256 quoted words read worse
)
