"""Rule packs: names of merchants, words and phrases as data, a folder each. `bowerbird.plugins.packs` finds them; nothing imports them."""
