"""Small files in the true formats of the other sources: OpenML, drugs, DomainNet, CoNLL."""

import gzip
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from orca.data.proxies.conll2003 import TAGS

GENERATOR = np.random.default_rng(1701)

ARFF = """% a table as OpenML stores it
@RELATION credit
@ATTRIBUTE 'row number' INTEGER
@ATTRIBUTE colour {red,green,blue}
@ATTRIBUTE class {good,bad}
@ATTRIBUTE amount REAL
@ATTRIBUTE note {x,y}
@DATA
"""


def openml_cache(folder: Path, number: int, rows: int) -> list[list[object]]:
    """Write OpenML's cache of a mixed table: description, features, and the ARFF file.

    It has a row number to be ignored, the class in the middle, and missing values.
    """
    place = folder / "org" / "openml" / "www" / "datasets" / str(number)
    place.mkdir(parents=True)
    lines: list[list[object]] = []
    for row in range(rows):
        colour = None if row == 5 else ("red", "green", "blue")[row % 3]
        amount = None if row == 7 else round(float(GENERATOR.normal(100, 20)), 3)
        lines.append([row, colour, ("good", "bad")[row % 2], amount, "xy"[row % 2]])
    body = "\n".join(",".join("?" if v is None else str(v) for v in line) for line in lines)
    (place / "dataset.arff").write_text(ARFF + body + "\n")
    space = 'xmlns:oml="http://openml.org/openml"'
    (place / "description.xml").write_text(
        f"""<oml:data_set_description {space}>
  <oml:id>{number}</oml:id><oml:name>credit</oml:name><oml:version>1</oml:version>
  <oml:description>made</oml:description><oml:format>ARFF</oml:format>
  <oml:upload_date>2014-04-06T23:21:47</oml:upload_date><oml:licence>Public</oml:licence>
  <oml:url>https://invalid.example/credit.arff</oml:url><oml:file_id>{number}</oml:file_id>
  <oml:default_target_attribute>class</oml:default_target_attribute>
  <oml:row_id_attribute>row number</oml:row_id_attribute>
  <oml:status>active</oml:status>
</oml:data_set_description>"""
    )
    kinds = [
        ("row number", "numeric"), ("colour", "nominal"), ("class", "nominal"),
        ("amount", "numeric"), ("note", "nominal"),
    ]  # fmt: skip
    values = {"colour": ("red", "green", "blue"), "class": ("good", "bad"), "note": ("x", "y")}
    features = "".join(
        f"<oml:feature><oml:index>{index}</oml:index><oml:name>{name}</oml:name>"
        f"<oml:data_type>{kind}</oml:data_type>"
        + "".join(f"<oml:nominal_value>{v}</oml:nominal_value>" for v in values.get(name, ()))
        + f"<oml:is_target>{str(name == 'class').lower()}</oml:is_target>"
        "<oml:is_ignore>false</oml:is_ignore>"
        f"<oml:is_row_identifier>{str(name == 'row number').lower()}</oml:is_row_identifier>"
        f"<oml:number_of_missing_values>{int(name in ('colour', 'amount'))}"
        "</oml:number_of_missing_values></oml:feature>"
        for index, (name, kind) in enumerate(kinds)
    )
    (place / "features.xml").write_text(
        f"<oml:data_features {space}>{features}</oml:data_features>"
    )
    return lines


def improve(folder: Path, lines: int, drugs: int, genes: int, descriptors: int) -> pd.DataFrame:
    """Write the three tables of the cross-study benchmark; genes have three rows of names."""
    cells = [f"ACH-{number:06d}" for number in range(lines)]
    names = pd.MultiIndex.from_tuples(
        [(f"ENSG{n}", str(n), f"GENE{n}") for n in range(genes)],
        names=["Ensembl", "Entrez", "Gene_Symbol"],
    )
    expression = pd.DataFrame(
        GENERATOR.gamma(2.0, 1.0, (lines, genes)).round(4), index=cells, columns=names
    )
    expression.index.name = "improve_sample_id"
    _three_headers(expression, folder / "cancer_gene_expression.tsv")
    chemicals = [f"Drug_{number}" for number in range(drugs)]
    mordred = pd.DataFrame(
        GENERATOR.normal(0, 5, (drugs, descriptors)).round(4), index=chemicals,
        columns=[f"descriptor{n}" for n in range(descriptors)],
    )  # fmt: skip
    mordred.index.name = "improve_chem_id"
    mordred.iloc[0, 0] = np.nan
    mordred.to_csv(folder / "drug_mordred.tsv", sep="\t")
    pairs = [(cell, drug) for cell in cells for drug in chemicals]
    responses = pd.DataFrame({
        "source": np.resize(["CTRPv2", "CTRPv2", "GDSCv1"], len(pairs)),
        "improve_sample_id": [cell for cell, _ in pairs],
        "improve_chem_id": [drug for _, drug in pairs],
        "study": "some", "auc": GENERATOR.uniform(0, 1, len(pairs)).round(4), "ic50": 1.0,
    })  # fmt: skip
    responses.loc[3, "auc"] = np.nan
    responses.loc[4, "improve_sample_id"] = "ACH-unknown"
    responses.to_csv(folder / "response.tsv", sep="\t", index=False)
    return responses


def _three_headers(frame: pd.DataFrame, path: Path) -> None:
    """Write a table whose columns have three names each, one row per kind of name."""
    with path.open("w") as file:
        for level in range(3):
            first = frame.index.name if level == 0 else ""
            names = [str(name[level]) for name in frame.columns]
            file.write("\t".join([first, *names]) + "\n")
        frame.to_csv(file, sep="\t", header=False)


def domain(folder: Path, name: str, train: int, test: int) -> dict[str, np.ndarray]:
    """Write a domain's zip of pictures of different size, and its two lists."""
    import PIL.Image

    pictures = {}
    with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
        for part, count in (("train", train), ("test", test)):
            lines = []
            for number in range(count):
                size = (int(GENERATOR.integers(60, 140)), int(GENERATOR.integers(60, 140)))
                values = GENERATOR.integers(0, 256, (*size, 3)).astype(np.uint8)
                mode = "L" if number % 5 == 1 else "RGB"
                image = PIL.Image.fromarray(values).convert(mode)
                buffer = io.BytesIO()
                image.save(buffer, format="PNG" if number % 2 else "JPEG")
                place = f"{name}/class_{number % 40}/{part}_{number:06d}.jpg"
                archive.writestr(place, buffer.getvalue())
                pictures[place] = buffer.getvalue()
                lines.append(f"{place} {number % 40}")
            (folder / f"{name}_{part}_mini.txt").write_text("\n".join(lines) + "\n")
    return pictures


CONLL_2000 = """Confidence NN B-NP
in IN B-PP
the DT B-NP
pound NN I-NP
is VBZ B-VP
widely RB I-VP
expected VBN I-VP
. . O

The DT B-NP
chairman NN I-NP
resigned VBD B-VP
, , O
sadly RB B-ADVP
. . O

"""

CONLL_2003 = """-DOCSTART- -X- -X- O

CRICKET NNP B-NP O
- : O O
LEICESTERSHIRE NNP B-NP B-ORG
TAKE NNP I-NP O

West NNP B-NP B-MISC
Indian NNP I-NP I-MISC
Phil NNP I-NP B-PER
Simmons NNP I-NP I-PER
of IN B-PP O
South NNP B-NP B-LOC
Africa NNP I-NP I-LOC
Union NNP I-NP B-ORG
Bank NNP I-NP I-ORG

"""


def conll_2000(path: Path, copies: int) -> None:
    """Write the gzipped column file."""
    path.write_bytes(gzip.compress((CONLL_2000 * copies).encode()))


def conll_2003(path: Path, copies: int) -> None:
    """Write the training part as a column file, a zip file or the Hub's parquet, by the ending."""
    text = CONLL_2003 * copies
    if path.name == "eng.train":  # the task's own files mark a first word only after another span
        text = re.sub(r" B-([A-Z]+)$", r" I-\1", text, flags=re.MULTILINE)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for part in ("train", "valid", "test"):
                archive.writestr(f"{part}.txt", text)
    elif path.suffix == ".parquet":
        sentences = _numbered(text)
        pd.DataFrame(sentences, columns=["tokens", "ner_tags"]).to_parquet(path)
    else:
        path.write_text(text)


def _numbered(text: str) -> list[tuple[list[str], list[int]]]:
    """Return words and numbered tags of the sentences of a column file."""
    blocks = [block.splitlines() for block in text.split("\n\n") if block.strip()]
    rows = [[line.split() for line in block] for block in blocks if "DOCSTART" not in block[0]]
    return [([row[0] for row in rs], [TAGS.index(row[3]) for row in rs]) for rs in rows]
