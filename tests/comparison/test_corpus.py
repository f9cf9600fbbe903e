"""The corpus: files as different people write them, checked unchanged; every verdict is true."""

import json
from pathlib import Path

import pytest

from micrograd_linear.command import cli

CORPUS = Path(__file__).parents[1] / "corpus"
FILES = sorted(
    str(path.relative_to(CORPUS))
    for path in [*CORPUS.rglob("*.py"), *CORPUS.rglob("*.ipynb")]
    if path.name != "__init__.py"
)
# {file: {pair: the gradients that are wrong}}; every other gradient of every file is right.
WRONG = {
    "activations_wrong.py": {"sigmoid": {"x"}, "swish": {"x"}},
    "affine_wrong.py": {"affine": {"b"}, "relu": {"x"}},
    "attention_wrong.py": {"attention": {"k"}},
    "batchnorm_wrong.py": {"batchnorm": {"x"}},
    "conv_wrong.py": {"conv": {"x"}},
    "dense_wrong.py": {"Linear": {"bias"}, "Tanh": {"x"}},
    "dropout_wrong.py": {"dropout": {"x"}},
    "autograd_functions.py": {"Square": {"x"}},
    "homework_wrong.ipynb": {"Dense": {"b"}},
    "layernorm_wrong.py": {"ln": {"gain"}},
    "pool_wrong.py": {"AvgPool2D": {"x"}},
    "tied_wrong.py": {"Siamese": {"W"}},
    "loss_functions_wrong.py": {"mse_loss": {"pred"}},
    "loss_layer_classes.py": {"L1Loss": {"pred"}},
    "network_wrong.py": {"MLP": {"weights[0]"}},
    "rnn_wrong.py": {
        "rnn_step": {"x", "prev_h", "Wx", "Wh", "b"},
        "word_embedding": {"W"},
    },
    "single_output_wrong.py": {"forward": {"w", "b", "X"}},
    "softmax_wrong.py": {"softmax_loss": {"x"}},
    "step_inside_wrong.py": {"FullyConnected": {"X"}},
    "tanh_wrong.py": {"tanh": {"x"}, "linear": {"w"}},
    "character_rnn_wrong.py": {"lossFun": {"Wxh", "Whh", "bh"}},
    "cost_and_gradient_wrong.py": {"cost_function": {"w"}, "costFunctionReg": {"theta"}},
    "cost_in_loops_wrong.py": {"compute_cost": {"b"}},
    "cost_of_features_wrong.py": {"compute_cost": {"b"}},
    "einsum_heads_wrong.py": {"mha": {"x", "Wv"}},
    "einsum_products_wrong.py": {"bmm": {"a"}},
    "heads_by_reshape_wrong.py": {"multi_head": {"X", "Wq", "Wk"}},
    "heads_of_a_class_wrong.py": {"MultiHeadAttention": {"Wk", "x"}},
    "logistic_regression_wrong.py": {"LogisticRegression": {"w"}},
    "module_data_wrong.py": {"loss_and_grads": {"b"}},
    "module_weights_wrong.py": {"forward": {"b1"}},
    "scalar_neuron_wrong.py": {"Neuron": {"b"}, "Scale": {"w"}},
    "small_constants_wrong.py": {"NegativeLogLikelihood": {"p"}, "Standardize": {"x"}},
    "slopes_of_functions_wrong.py": {"f": {"x"}, "g": {"x"}, "neg_log_likelihood": {"theta"}},
    "time_layers_wrong.py": {
        "LSTM": {"params[0]", "params[1]", "params[2]", "x", "h_prev", "c_prev"},
        "TimeLSTM": {"params[0]", "params[1]", "params[2]", "xs"},
        "TimeEmbedding": {"params[0]"},
    },
    "variational_losses_wrong.py": {"kl_loss": {"logvar"}, "triplet": {"negative"}},
    "word_vectors_wrong.py": {
        "NegativeSamplingLoss": {"h"},
        "CBOW": {"in_layers[0].params[0]"},
    },
    "cells_over_time_wrong.py": {
        "lstm_cell": {"c_prev"},
        "rnn": {"x", "a0", "Wax", "Waa", "ba"},
    },
    "digits_by_sample_wrong.py": {"Network": {"biases[0]", "weights[0]"}},
    "loss_of_a_model_wrong.py": {"calculate_loss": {"b2"}},
    "regularized_propagation_wrong.py": {
        "forward_propagation (backward_propagation_with_regularization)": {"W3"},
        "forward_propagation_with_dropout": {"W1", "b1"},
        "forward_prop_scalar": {"theta"},
    },
    "two_ways_back_wrong.py": {"batchnorm (batchnorm_backward_alt)": {"x"}},
    "gates_of_two_weights_wrong.py": {"gru": {"h_prev"}},
    "losses_of_each_sample_wrong.py": {"softmax_crossentropy_with_logits": {"logits"}},
    "margins_and_ridges_wrong.py": {"Ridge": {"theta"}, "hinge": {"b"}, "contrastive": {"z"}},
    "words_through_time_wrong.py": {"RNNNumpy": {"V"}},
    "lists_in_a_dict_wrong.py": {"forward": {"params['b'][1]"}},
    "norm_of_a_context_wrong.py": {"LayerNormFunction": {"bias"}},
    "norms_and_gains_wrong.py": {
        "scalenorm": {"g"},
        "TokenNorm": {"b"},
        "NormedColumns": {"V"},
        "unit_rows": {"x"},
    },
    "numbers_of_samples_wrong.py": {
        "weighted_loss": {"theta"},
        "event_rates": {"beta"},
        "reward_loss": {"W1", "W2"},
        "weighted_line_loss": {"b"},
        "nearness_loss": {"z1", "z2"},
        "matching_loss": {"log_scale"},
    },
    "pairs_of_features_wrong.py": {"PairsOfFeatures": {"P"}, "gaussian_energy": {"mu"}},
    "places_for_gradients_wrong.py": {"CenteredScale": {"x"}, "SkipTanh": {"W2"}},
    "rows_of_tables_wrong.py": {"meeting_loss": {"word_vecs"}, "noise_loss": {"other_vecs"}},
    "windows_of_a_size_wrong.py": {"peak": {"img"}, "blur": {"img"}},
    "made_with_a_generator_wrong.py": {"CarryOver": {"x"}, "Mixing": {"x", "W", "b"}},
    "costs_of_classes_wrong.py": {"Mirror.cost": {"K"}, "LeakySum": {"xs", "params['U']"}},
    "ways_back_wrong.py": {
        "affine": {"c"},
        "softplus": {"sharpness"},
        "half_square": {"guess"},
        "dense": {"x"},
        "fit_loss_and_grads": {"W1", "W2", "b1", "b2", "sharpness"},
    },
    "contexts_of_a_file_wrong.py": {"Product": {"right"}, "Share": {"x"}, "Over": {"b"}},
    "rows_by_index_wrong.py": {
        "neighbour_loss": {"word_vecs"},
        "text_loss": {"word_vecs"},
        "chain_loss": {"moves"},
    },
    "masks_in_columns_wrong.py": {"forward_propagation_with_masks": {"W1", "b1"}},
    "graphs_of_neighbours_wrong.py": {"graph": {"W1", "b1", "X"}},
    "two_views_wrong.py": {"distance_loss_and_grads": {"W"}, "code": {"Ws", "We", "be"}},
    "steps_of_physics_wrong.py": {"misfit": {"drag"}, "flow": {"u"}},
    "forms_and_grads_wrong.py": {"energy": {"x"}, "match_score": {"u"}, "Prototypes": {"s"}},
    "sequences_of_windows_wrong.py": {
        "PastOnly": {"x"},
        "Summary": {"W", "v", "x"},
        "Heads": {"Wq", "Wk", "x"},
    },
    "letters_one_by_one_wrong.py": {"net_loss": {"Wxh", "Whh", "bh"}, "gated": {"x"}},
    "slopes_of_results_wrong.py": {"Centered": {"x"}},
    "kept_on_request_wrong.py": {"Unroll": {"Z"}},
    "layers_that_are_built_wrong.py": {"Mixing": {"biases"}},
    "classifiers_trained_later_wrong.py": {
        "squared_scores_loss": {"W"},
        "SquaredScores.loss": {"W"},
    },
    "columns_by_docstring_wrong.py": {"SquaredError": {"y_hat"}},
    "volumes_of_flows_wrong.py": {"Stretch": {"s"}},
    "one_sample_and_capsules_wrong.py": {"capsule_margin_loss": {"v"}},
    "windows_in_a_list_wrong.py": {"Windows": {"params[1]"}},
    "two_layer_wrong.py": {"TwoLayerNet.loss": {"params['W1']", "params['b1']"}},
}
AGREE = {"identical", "rounding", "close", "kink", "scaled"}


def checked(file, capsys):
    """(exit status, {pair: {gradient: status}}) of the command on a file of the corpus."""
    status = cli.main(["check", str(CORPUS / file), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert "pairs" in said, said["error"]
    for pair in said["pairs"]:
        assert pair["ok"] is not None, f"{pair['name']}: {pair['error']}"
        assert pair["file"] == str(CORPUS / file) and pair["line"] > 0
    return status, {
        pair["name"]: {name: g["status"] for name, g in pair["gradients"].items()}
        for pair in said["pairs"]
    }


def test_the_corpus_is_as_large_and_as_mixed_as_it_is_said_to_be():
    assert len(FILES) >= 40 and set(WRONG) <= set(FILES)
    assert 0.35 <= len(WRONG) / len(FILES) <= 0.65


@pytest.mark.parametrize("file", FILES)
def test_every_verdict_on_a_file_of_the_corpus_is_true_and_none_is_refused(file, capsys):
    status, pairs = checked(file, capsys)
    expected = WRONG.get(file, {})
    assert status == (1 if expected else 0)
    assert set(expected) <= set(pairs)
    for name, gradients in pairs.items():
        wrong = {g for g, verdict in gradients.items() if verdict not in {*AGREE, "unchecked"}}
        assert wrong == expected.get(name, set()), name
        assert any(verdict != "unchecked" for verdict in gradients.values()), name
