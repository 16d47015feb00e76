from lantern import full
