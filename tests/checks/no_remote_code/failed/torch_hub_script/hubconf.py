dependencies = ['torch']
