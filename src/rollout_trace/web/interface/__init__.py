"""What the server and its page say to each other: the types of questions and answers, and the table of endpoints.

Data only. The types of the page are made from these (`typescript.py`), so nothing is said twice. Where an answer of
`query` can be given as it is, it is; the types here are those of lists that come in pages, of texts that come in
parts, and of answers that put several together.

All ids are those of the graph; `names` of an answer has the short name of each object that it mentions.
"""
