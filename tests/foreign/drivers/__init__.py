"""One driver a published client: it makes each of the client's calls and writes down what the client made of the answer."""
