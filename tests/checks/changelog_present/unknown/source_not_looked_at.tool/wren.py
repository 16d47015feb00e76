def find(table):
    return table
