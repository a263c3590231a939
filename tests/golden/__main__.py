"""`python -m tests.golden` writes the goldens anew; read the difference before you commit it."""

from tests.golden.samples import GALLERY, HERE, cases, gallery_golden, goldens

for old in [*HERE.glob("*.yaml"), *HERE.glob("*.json"), *HERE.glob("*.children"), *HERE.glob("*.refused")]:
    old.unlink()
for case in cases():
    for file, content in goldens(*case).items():
        (HERE / file).write_text(content)
        print(file)
for name in GALLERY:
    (HERE / "gallery").mkdir(exist_ok=True)
    (HERE / "gallery" / f"{name}.yaml").write_text(gallery_golden(name))
    print(f"gallery/{name}.yaml")
