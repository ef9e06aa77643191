"""Everything that needs TensorFlow or scikit-learn: data sets, recipes, networks, reports."""
