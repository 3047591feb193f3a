"""Whether messages were good: what people say of them."""
