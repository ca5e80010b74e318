"""Speed and size, each measured beside a peer or a floor in the same run; medians of five."""
