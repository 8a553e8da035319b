"""What Keras's own Tokenizer and pad_sequences give, for test/data/text/.

pip install keras jax; python scripts/oracles/keras_text.py > test/fixtures/keras-text.json
"""
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
import numpy as np
from keras.src.legacy.preprocessing.text import Tokenizer
from keras.utils import pad_sequences

TRAINING = [
    "The cat sat on the mat. The END!",
    "constructor __proto__ and toString, the hasOwnProperty;\tdon't\nstop",
    "ÀÉ straße ΑΣ и Ёлка 中文 test -- cat cat",
    "",
    ["Given", "as", "Words", "cat", "cat."],
    "repeat repeat repeat oov OOV mat",
]
NEW = ["the unknown cat on __proto__ constructor", "", "valueOf toString END end", ["Words", "nowhere", "cat"], "oov mat cat cat"]
OPTIONS = [
    {},
    {"num_words": 5},
    {"oov_token": "<OOV>"},
    {"oov_token": "oov"},
    {"num_words": 6, "oov_token": "<OOV>"},
    {"lower": False},
    {"filters": "ae."},
    {"split": "t"},
    {"split": "at", "filters": " "},
    {"char_level": True},
    {"char_level": True, "lower": False, "oov_token": "?", "num_words": 12},
    {"num_words": 1},
]


def tokenizing(options, times):
    t = Tokenizer(**options)
    # Twice: a second call adds to the counts of the first.
    for part in np.array_split(np.arange(len(TRAINING)), times):
        t.fit_on_texts([TRAINING[i] for i in part])
    sequences = t.texts_to_sequences(NEW)
    strange = [[0, 1, 2, 3], [99999, 5, 4, 2], [], [6, 6, 1, 0]]
    return {
        "options": options,
        "times": times,
        "word_counts": list(t.word_counts.items()),
        "word_docs": sorted(t.word_docs.items()),
        "word_index": list(t.word_index.items()),
        "document_count": t.document_count,
        "sequences": sequences,
        "texts": t.sequences_to_texts(sequences),
        "strange": strange,
        "strange_texts": t.sequences_to_texts(strange),
        "matrices": {m: t.texts_to_matrix(NEW, mode=m).tolist() for m in ("binary", "count", "tfidf", "freq")},
    }


ROWS = [
    [[1], [2, 3], [4, 5, 6]],
    [[], [1, 2, 3, 4, 5], [-7]],
    [[], []],
    [[1.75, -1.75, 3], [2.5]],
    [[[1, 2], [3, 4]], [], [[5, 6]]],
]


def padding():
    for rows in ROWS:
        for maxlen in (None, 1, 2, 4):
            for pad in ("pre", "post"):
                for cut in ("pre", "post"):
                    for value, dtype in ((0, "int32"), (-1.5, "float32"), (2.75, "int32"), (0.1, "float64")):
                        got = pad_sequences(rows, maxlen=maxlen, padding=pad, truncating=cut, value=value, dtype=dtype)
                        yield {
                            "rows": rows,
                            "options": {"maxLen": maxlen, "padding": pad, "truncating": cut, "value": value, "dtype": dtype},
                            "shape": list(got.shape),
                            "values": got.ravel().tolist(),
                        }


json.dump(
    {
        "training": TRAINING,
        "new": NEW,
        "tokenizing": [tokenizing(o, times) for o in OPTIONS for times in (1, 2)],
        "padding": list(padding()),
    },
    sys.stdout,
    ensure_ascii=False,
    separators=(",", ":"),
)
