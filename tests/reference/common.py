# SPDX-License-Identifier: GPL-3.0-or-later
"""What the reference scripts share: where the test data lies, and how results are written.

SPECTUNE_DATA overrides the data folder; by default it is ../shared/data beside the repository.
"""
import json
import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
DATA = pathlib.Path(os.environ.get("SPECTUNE_DATA", HERE.parents[2] / "shared" / "data"))
STORIES = DATA / "models" / "stories260K"
KINDS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def write_json(path, value, depth=2):
    """Writes JSON whose floats round-trip (Python's repr); containers deeper than `depth` take one line."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)

    def render(item, level):
        if level >= depth or not isinstance(item, (dict, list)) or not item:
            return json.dumps(item, ensure_ascii=True)
        pad, end = " " * (level + 1), " " * level
        if isinstance(item, dict):
            body = [f"{pad}{json.dumps(k)}: {render(v, level + 1)}" for k, v in item.items()]
            return "{\n" + ",\n".join(body) + f"\n{end}}}"
        return "[\n" + ",\n".join(pad + render(v, level + 1) for v in item) + f"\n{end}]"

    path.write_text(render(value, 0) + "\n")


def save_adapter(model, folder):
    """PEFT's save_pretrained, without its model card, and with what varies from run to run or machine made stable."""
    folder = pathlib.Path(folder)
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    config = json.loads((folder / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = pathlib.Path(config["base_model_name_or_path"]).name
    config["target_modules"] = sorted(config["target_modules"])
    write_json(folder / "adapter_config.json", config, depth=1)
    (folder / "adapter_model.safetensors").chmod(0o644)
