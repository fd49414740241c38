"""What a visit comes to: pictures through the inference loop, its votes through the decision."""
