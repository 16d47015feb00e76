def test_a_scale_weighs():
    assert True
