from lantern.tests import helper
