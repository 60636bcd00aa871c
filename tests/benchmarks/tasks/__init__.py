"""The published tasks of public data sets, measured on the product's text processing and features.

KiểmTin has three labels of its own. Papers on the public sets report figures for the sets' own classes (ViHSD's three,
for example). This package trains and measures those classes; nothing in the product imports it.
"""
