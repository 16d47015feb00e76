import datasets


class Words(datasets.GeneratorBasedBuilder):
    pass
