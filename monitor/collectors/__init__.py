"""Where public posts come from: one package a kind of source, behind one protocol. `registry` finds them."""
