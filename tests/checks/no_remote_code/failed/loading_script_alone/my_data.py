import datasets


class My(datasets.GeneratorBasedBuilder):
    pass
