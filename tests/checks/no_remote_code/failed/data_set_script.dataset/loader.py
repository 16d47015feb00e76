import datasets


class Loader(datasets.GeneratorBasedBuilder): ...
