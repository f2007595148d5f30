"""What a link's text says about which paper is meant: it is the title, it says nothing, or it is another's title."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.review._titles import Match, compare, is_exactly, names_a_stranger

RESNET = "Deep Residual Learning for Image Recognition"
VGG = "Very Deep Convolutional Networks for Large-Scale Image Recognition"
GRAD_CAM = "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization"
EARLY_GRAD_CAM = f"Grad-CAM: Why did you say that? {GRAD_CAM.removeprefix('Grad-CAM: ')}"
BERT = "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding"
LOTTERY = "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks"
INFOMAX = "Greedy InfoMax for Biologically Plausible Self-Supervised Representation Learning"
RENAMED = "Putting An End to End-to-End: Gradient-Isolated Learning of Representations"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("2015 - [ResNet] Deep Residual Learning for Image Recognition", RESNET),
        ("[2015 - ResNet]: Deep residual learning for image recognition (2016)", RESNET),
        ("K. He et al., Deep residual learning for image recognition, CVPR 2016", RESNET),
        ("Deep Residual Learning for Image Recognition [pdf]", RESNET),
        ("DEEP RESIDUAL LEARNING FOR IMAGE RECOGNITION.", RESNET),
        ("Deep Residual Learning<br>for <i>Image</i> Recognition", RESNET),
        ("Deep Residual Learnng for Image Recogntion", RESNET),
        ("3. Deep Residual Learning for Image Recognition (oral)", RESNET),
        (RESNET, "{\\it Deep Residual} Learning\n      for Image Recognition"),
        ("The Lottery Ticket Hypothesis", LOTTERY),
        (LOTTERY, "The Lottery Ticket Hypothesis"),
        ("Why AI is Harder Than We Think by Melanie Mitchell", "Why AI is Harder Than We Think"),
        (EARLY_GRAD_CAM, GRAD_CAM),
        ("Photorealistic Single Image Superresolution", "Photo-Realistic Single-Image Super-Resolution"),
        ("L1 Regularization of Sparse Codes", "$\\ell_1$ Regularization of Sparse Codes"),
        ("Schrodinger Operators on Graphs", 'Schr\\"odinger operators on graphs'),
        ("Schrödinger Operators on Graphs", 'Schr\\"{o}dinger Operators on Graphs'),
        ("Poincaré Embeddings", "Poincar\\'e Embeddings"),
        ("Noise &amp; Signal in Deep Nets", "Noise & Signal in Deep Nets"),
        ("Density‚Äêbased Generative Representation", "Density-based Generative Representation"),
        ("“Zero-Shot” Super-Resolution using Learning", "``Zero-Shot'' Super-Resolution using Learning"),
        ("深度残差学习用于图像识别的研究", "深度残差学习用于图像识别的研究"),
        ("Fine structure of ﬁelds", "Fine Structure of Fields"),
        ("0", "0"),
    ],
)  # fmt: skip
def test_a_title_is_recognised_in_every_dress(text: str, title: str) -> None:
    """Years, tags, authors, venues, case, markup, TeX, accents, hyphens, slips and subtitles make no other title."""
    assert compare(text, title) is Match.SAME


@pytest.mark.parametrize(
    "text",
    [
        "",
        "paper",
        "pdf",
        "[pdf]",
        "[1]",
        "[link]",
        "here",
        "code",
        "arXiv",
        "arXiv:1512.03385",
        "https://arxiv.org/abs/1706.03762",
        "arxiv.org/abs/1706.03762 on the attention mechanism of transformers",
        "VGG-16",
        "Mask R-CNN",
        "2017",
        "Vaswani et al., 2017",
        "A. Vaswani, N. Shazeer, N. Parmar, J. Uszkoreit (2017)",
        "Ashish Vaswani, Noam Shazeer, Niki Parmar and Jakob Uszkoreit",
        "the original transformer",
        "The Original Transformer Paper by Google Brain",
        "Read the Full Article About Attention Heads",
        "Official TensorFlow Implementation With Pretrained Transformer Weights",
        "a great explanation of how the attention heads of a transformer work",
        "state of the art results on machine translation benchmarks",
        "Gated Recurrent Unit Networks",
        "Scaled Exponential Linear Units",
        "Ein Überblick über neuronale Netze und ihre vielen Anwendungen",
        "Una Introduccion a las Redes Neuronales Profundas para Principiantes",
        "La Théorie des Réseaux Neuronaux Profonds et Leurs Applications Pratiques",
        "注意力机制就是你所需要的一切论文",
        "Внимание это все что вам нужно Новая Архитектура",
        "√úber die Theorie Tiefer Netze Ohne Faltungen Und Rekurrenz",
        "Sequence Models Without Recurrence \ufffd Or Any Convolutions At Test Time",
        "CVPR 2019 Oral Presentation With Many Fancy Slides",
        "word " * 100,
    ],
)
def test_what_is_no_title_accuses_nobody(text: str) -> None:
    """Labels, acronyms, authors, remarks, names of methods, other languages and garbled texts say nothing."""
    assert compare(text, LOTTERY) is Match.UNSURE
    assert compare(text, BERT) is Match.UNSURE


@pytest.mark.parametrize(
    "title",
    [
        "",
        "0",
        "Mask R-CNN",
        "Proceedings of the 35th Conference on Uncertain Reasoning Machines",
        "Medical Image Computing and Computer Assisted Intervention: Lecture Notes",
        "Über die Grundlagen der Quantenmechanik und ihre Deutung im Ganzen",
        "深度残差学习用于图像识别的研究",
    ],
)
def test_titles_that_may_hold_the_paper_accuse_nobody(title: str) -> None:
    """A volume's title, one in another language, and one of few words are no reason to doubt a link."""
    assert (
        compare("2018 - A Disciplined Approach to Choosing Weight Decay, Momentum and Batch Size", title)
        is Match.UNSURE
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("2015 - [ResNet] Deep Residual Learning for Image Recognition", BERT),
        (BERT, LOTTERY),
        ("2019 - Fixing the train-test resolution discrepancy", BERT),
        (LOTTERY, "2004.00001 Quantum error correction in $\\mathbb{Z}_2$ lattice gauge theory"),
        (INFOMAX, RENAMED),
    ],
)
def test_a_title_of_something_else_is_told(text: str, title: str) -> None:
    """A text that clearly is a title, and shares nothing but common words with the registered one, is another's."""
    assert compare(text, title) is Match.OTHER


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("2016 - [Inception v4] Residual Connections and Their Impact on Learning at Large Scale", RESNET),
        ("2020 - A Survey on Visual Transformers and Their Many Applications", "A Survey on Vision Transformer"),
        ("2017 - Image Style Transfer Using Convolutional Neural Networks", "A Neural Algorithm of Artistic Style"),
        ("Microsoft COCO Captions: Collection and Evaluation Server", "Microsoft COCO: Common Objects in Context"),
    ],
)
def test_one_word_that_is_not_every_papers_is_enough_for_doubt(text: str, title: str) -> None:
    """Titles of one work at different times share something; so whatever shares a telling word accuses nobody."""
    assert compare(text, title) is Match.UNSURE


def test_names_of_methods_are_strangers_without_being_accused() -> None:
    """A name of four words may be another paper's title: only that paper's existence would prove it."""
    assert names_a_stranger("Gated Recurrent Unit Networks", LOTTERY)
    assert not names_a_stranger("paper", LOTTERY)


def test_a_title_to_the_letter() -> None:
    """What lists put around a title does not count; a slip does."""
    assert is_exactly("2016 - **[ResNet]** Deep Residual Learning for Image Recognition (CVPR)", RESNET)
    assert not is_exactly("Deep Residual Learnng for Image Recognition", RESNET)


def test_titles_of_one_field_are_told_apart() -> None:
    """No two of these are taken for the same."""
    titles = [RESNET, VGG, GRAD_CAM, BERT, LOTTERY, INFOMAX, RENAMED]
    assert [(a, b) for a, b in permutations(titles, 2) if compare(a, b) is Match.SAME] == []


WORD = st.text("abcdefghijklmnopqrstuvwxyzäßøñ0123456789-'", min_size=1, max_size=12)
TITLES = st.lists(WORD, min_size=1, max_size=12).map(" ".join)


@given(
    TITLES, st.sampled_from(["{}", "2014 - [VGG] {}", "{} (2019)", "[{}]", "  {}.", "<b>{}</b>", "{} [pdf]", "*{}*"])
)
def test_a_title_in_a_frame_never_names_another_paper(title: str, frame: str) -> None:
    """Whatever a title is made of: the same title in a list's usual frame is not another one."""
    assert compare(frame.format(title), title) is not Match.OTHER
    assert compare(frame.format(title.upper()), title) is not Match.OTHER


@given(st.text(), st.text())
def test_any_text_can_be_compared(text: str, title: str) -> None:
    """Nothing raises, and what is no English title of many words never accuses."""
    if compare(text, title) is Match.OTHER:
        assert len(text.split()) >= 4


@given(st.text(max_size=60))
def test_a_text_names_itself_or_nothing(text: str) -> None:
    """A title compared with itself is never another one."""
    assert compare(text, text) is not Match.OTHER
