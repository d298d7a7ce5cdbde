"""CIFAR-10 again, cropped and flipped at random before it is embedded, as in the official code.

Its loader pads each image by 4 black points, cuts 32 x 32 points out, and flips half of them.
"""

from dataclasses import replace

from orca.data.proxies import cifar10

PROXY = replace(
    cifar10.PROXY,
    title="CIFAR-10, cropped and flipped at random",
    augmentation=("random_crop_padding_4", "horizontal_flip"),
    variant_of="cifar10",
    as_published=True,
)
read = cifar10.read
