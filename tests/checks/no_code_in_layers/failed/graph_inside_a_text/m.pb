

dDatasetFromGraphx