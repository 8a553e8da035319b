"""BLEU, chrF2 and chrF++ of sacreBLEU, and its tokens, for test/tasks/scores/translation.test.ts.

pip install sacrebleu; python scripts/oracles/sacrebleu_scores.py > test/fixtures/sacrebleu-scores.json
"""
import json
import random

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
from sacrebleu.tokenizers.tokenizer_char import TokenizerChar
from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

rng = random.Random(4)
ENGLISH = ["The cat sat on the mat.", "It costs 3,500.25 dollars - or 1-2 more!", "He said: \"don't go\", but (she) went...", "A&amp;B &lt;b&gt; x/y [z] {w} ~ 5-",
           "Hello world", "No.", "", "   spaces   everywhere  ", "naïve café — “quoted” ‘text’ … 50%", "one two three four five six seven"]
CHINESE = ["我不知道。", "他说:“你好!”", "今天是2024年5月1日,星期三。", "我买了3.5公斤苹果和Apple手机。", "嗨", "他跑了！他真的跑了？", "𠀀𠀁字 mixed 文本 text,好。", "①②③ ㎡ ☀ ㄅㄆ"]


def noisy(text, alphabet):
    chars = [c for c in text if rng.random() > 0.15]
    for _ in range(rng.randrange(3)):
        chars.insert(rng.randrange(len(chars) + 1), rng.choice(alphabet))
    return "".join(chars)


def corpus(name, texts, alphabet, refs=1):
    references = [[t] + [noisy(t, alphabet) for _ in range(refs - 1)] for t in texts]
    hypotheses = [t if rng.random() < 0.3 else noisy(t, alphabet) for t in texts]
    streams = [list(column) for column in zip(*references)]
    scores = {f"bleu {tok}": BLEU(tokenize=tok).corpus_score(hypotheses, streams).score for tok in ("13a", "zh", "char")}
    scores |= {f"chrf {n}": CHRF(word_order=n).corpus_score(hypotheses, streams).score for n in (0, 2)}
    return {"name": name, "references": references, "hypotheses": hypotheses, "scores": scores}


cases = [corpus("English", ENGLISH, "aeiou .,-"), corpus("Chinese", CHINESE, "的了我。,a"), corpus("three references", ENGLISH, "xyz ,", 3),
         corpus("Chinese with two references", CHINESE, "的是", 2), corpus("a single short one", ["No."], "n"),
         corpus("one word", ["Hello there my friend"], "zz"), corpus("short ones", ["a b c", "d e", "f"], "gh ")]
nothing = {"name": "nothing in common", "references": [["a b c d e"], ["f g"]], "hypotheses": ["v w x y z", "q"]}
empty = {"name": "empty hypotheses", "references": [["a b c d e"], ["f g"]], "hypotheses": ["", ""]}
for c in (nothing, empty):
    streams = [[r[0] for r in c["references"]]]
    c["scores"] = {f"bleu {tok}": BLEU(tokenize=tok).corpus_score(c["hypotheses"], streams).score for tok in ("13a", "zh", "char")}
    c["scores"] |= {f"chrf {n}": CHRF(word_order=n).corpus_score(c["hypotheses"], streams).score for n in (0, 2)}
    cases.append(c)
texts = ENGLISH + CHINESE + ["line one-\nline two\nthree <skipped>", "tabs\tand\u3000wide\u00a0spaces\u200b", "a.b,c 1.2,3 .5 5. ,", "\u2000\u2001x\u2f80\u2f81\u2fa1\u2fa2"]
tokens = [{"text": t, "13a": Tokenizer13a()(t.rstrip()), "zh": TokenizerZh()(t.rstrip()), "char": TokenizerChar()(t.rstrip())} for t in texts]
print(json.dumps({"source": "scripts/oracles/sacrebleu_scores.py", "sacrebleu": sacrebleu.__version__, "cases": cases, "tokens": tokens}, ensure_ascii=False))
