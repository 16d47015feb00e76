package scale

func TestScale(t *testing.T) {}
