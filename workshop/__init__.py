"""What `./run` needs: preparing, starting and checking. The product itself never imports it."""
