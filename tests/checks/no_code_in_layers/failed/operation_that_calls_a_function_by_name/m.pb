

dXlaCustomCallV2x