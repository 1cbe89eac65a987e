"""A run's files: pictures that open, one page that needs nothing else."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.figure import Figure

from latentia import VAE, Autoencoder, data
from latentia.data import Dataset
from latentia.reports import metrics, pictures, report_html, run_files
from latentia.reports._drawings import decode_standard
from latentia.reports._observed import observe
from latentia.reports._pictures import gallery

SMALL = {"hidden_layer_sizes": (8,), "max_iter": 2, "random_state": 0, "verbose": False}
DIGITS = data.load("digits", n=100)
IRIS = data.load("iris")
ALWAYS = {"latent_map", "loss_curves", "reconstructions", "samples"}
PRIOR = {"aggregated_posterior", "kl_per_dimension"}


@pytest.fixture(scope="module")
def vae():
    return VAE(**SMALL).fit(DIGITS.X)


@pytest.fixture(scope="module")
def files(vae):
    return run_files(vae, DIGITS, {"spec": "digits"})


def test_pictures_are_those_that_have_a_meaning(vae):
    more = {"bubbles", "manifold", "weights"} | PRIOR
    assert set(pictures(vae, DIGITS)) == ALWAYS | more
    curve = "explained_variance"
    folded = {**SMALL, "network": "convolutional"}
    cases = {
        "plain code": (Autoencoder(**SMALL), DIGITS, {"manifold", "weights"}),
        "three codes": (VAE(3, **SMALL), DIGITS, {"weights", curve} | PRIOR),
        "convolutions": (Autoencoder(3, **folded), DIGITS, {curve}),
        "a table": (Autoencoder(**SMALL), IRIS, set()),
        "a plane": (Autoencoder(1, **SMALL), data.load("ring", n=50), {"vector_field"}),
        "one code": (VAE(1, **SMALL), IRIS, PRIOR),
    }
    for name, (model, dataset, more) in cases.items():
        drawn = pictures(model.fit(dataset.X), dataset)
        assert set(drawn) == ALWAYS | more, name
        assert all(isinstance(figure, Figure) for figure in drawn.values())


def test_a_conditional_model_of_images_shows_every_label_beside_the_example():
    cases = {
        "labels": (VAE(3, condition="y", **SMALL), DIGITS.y, True),
        "a measurement": (VAE(3, condition="y", **SMALL), DIGITS.y.astype(float), False),
        "two columns": (VAE(3, condition="y", **SMALL), np.stack([DIGITS.y] * 2, 1), False),
        "more labels than fit": (VAE(3, condition="y", **SMALL), np.arange(100) % 13, False),
        "only the encoder": (
            VAE(3, condition="y", conditioned=("encoder",), **SMALL),
            DIGITS.y,
            False,
        ),
    }
    for name, (model, y, shown) in cases.items():
        dataset = Dataset(DIGITS.X, y, DIGITS.schema, "X")
        figure = gallery["analogies"].draw(observe(model.fit(DIGITS.X, y), dataset))
        assert (figure is not None) == shown, name
        if shown:
            titles = [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
            assert titles == ["example", *map(str, range(10))]


@pytest.mark.parametrize(
    ("posterior", "shown"),
    [("full", True), ("low-rank", True), ("laplace", False), ("delta", False)],
)
def test_bubbles_are_of_normal_posteriors(posterior, shown):
    objective = "reconstruction" if posterior == "delta" else "elbo"
    model = VAE(posterior=posterior, objective=objective, **SMALL).fit(DIGITS.X)
    figure = gallery["bubbles"].draw(observe(model, DIGITS))
    assert (figure is not None) == shown
    if shown:
        means = np.asarray(figure.axes[0].collections[1].get_offsets())
        expected = model.transform(DIGITS.X)
        np.testing.assert_allclose(np.sort(means, 0), np.sort(expected, 0), rtol=1e-5, atol=1e-6)


def test_the_curve_ends_at_the_number_in_the_headlines():
    model = Autoencoder(5, **SMALL).fit(DIGITS.X)
    numbers = metrics(model, DIGITS)
    _, ours, pca = pictures(model, DIGITS)["explained_variance"].axes[0].lines
    assert ours.get_ydata()[-1] == pytest.approx(numbers["reconstruction"]["explained_variance"])
    assert pca.get_ydata()[-1] == pytest.approx(numbers["pca"]["explained_variance"])
    assert [line.get_label() for line in (ours, pca)] == ["this model", "PCA"]


def test_data_that_do_not_vary_have_no_curve():
    model = Autoencoder(3, **SMALL).fit(IRIS.X)
    assert "explained_variance" not in pictures(model, Dataset.of(np.ones((20, 4))))


def test_the_manifold_of_an_autoencoder_lies_where_its_codes_lie():
    model = Autoencoder(**SMALL).fit(DIGITS.X)
    middle = decode_standard(model, np.zeros((1, 2)))
    mean_code = model.transform(DIGITS.X).mean(0, keepdims=True)
    np.testing.assert_allclose(middle, model.inverse_transform(mean_code), rtol=1e-4, atol=1e-5)


def test_files_are_complete(files, vae):
    names = {f"pictures/{name}.png" for name in pictures(vae, DIGITS)}
    assert set(files) == names | {"history.csv", "metrics.json", "report.html"}
    assert all(files[name][:8] == b"\x89PNG\r\n\x1a\n" for name in names)
    rows = list(csv.DictReader(io.StringIO(files["history.csv"])))
    assert [float(row["loss"]) for row in rows] == vae.loss_curve_["loss"]


def test_the_source_of_the_data_is_remembered(files, vae):
    expected = metrics(vae, DIGITS)
    expected["data"]["spec"] = "digits"
    assert json.loads(files["metrics.json"]) == expected


def test_the_page_needs_nothing_from_elsewhere(files):
    page = files["report.html"]
    assert "://" not in page and "<script" not in page
    assert len(re.findall(r'src="data:image/png;base64,', page)) == page.count("<img")
    assert "prefers-color-scheme: dark" in page
    for name, picture in gallery.items():
        shown = f"pictures/{name}.png" in files
        assert (picture.title in page) == (picture.caption in page) == shown


def test_the_page_is_well_formed(files):
    open_tags = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag not in ("meta", "img"):
                open_tags.append(tag)
            if tag == "img":
                assert dict(attributes)["alt"]

        def handle_endtag(self, tag):
            assert open_tags.pop() == tag

    Tags().feed(files["report.html"])
    assert open_tags == []


def test_numbers_come_before_pictures_and_pictures_before_settings(files):
    page = files["report.html"]
    assert page.index("<dl>") < page.index("<figure>") < page.index("<h2>Settings</h2>")
    assert "early_stopping" in page


def test_names_cannot_write_into_the_page(vae):
    named = Dataset(DIGITS.X, DIGITS.y, DIGITS.schema, "<script>alert('x')</script>.csv")
    page = report_html(vae, metrics(vae, named), {})
    assert "<script" not in page and "&lt;script&gt;" in page


def test_a_report_leaves_the_model_and_the_global_state_alone(vae):
    import torch

    before = torch.get_rng_state(), np.random.get_state()[1].copy(), vae.sample(2, 0)
    run_files(vae, DIGITS)
    assert torch.equal(torch.get_rng_state(), before[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])
    np.testing.assert_array_equal(vae.sample(2, 0), before[2])
    assert not vae.model_.training
