"""The seventeen components of the Model Openness Framework (White et al., 2024, arXiv 2403.13784)."""

from typing import Literal, NamedTuple

Type = Literal["code", "data", "document"]


class Component(NamedTuple):
    """A part of a complete release. `step` is the class of the framework, 3 to 1, that first asks for it."""

    id: str
    name: str
    type: Type
    step: int
    required: bool
    is_what: str


COMPONENTS = (
    Component("model_architecture", "Model architecture", "code", 3, True, "the code that builds the model"),
    Component("final_parameters", "Model parameters (Final)", "data", 3, True, "the trained weights"),
    Component("evaluation_results", "Evaluation results", "document", 3, True, "the scores, in numbers"),
    Component("model_card", "Model card", "document", 3, True, "what the model is for, and where it fails"),
    Component("data_card", "Data card", "document", 3, True, "what the data are, where from and how prepared"),
    Component("technical_report", "Technical report", "document", 3, True, "how it was built and how well it does"),
    Component("sample_outputs", "Sample model outputs", "document", 3, False, "what the model answers, by example"),
    Component("training_code", "Training code", "code", 2, True, "the code that trained this model"),
    Component("inference_code", "Inference code", "code", 2, True, "the code that runs the model"),
    Component("evaluation_code", "Evaluation code", "code", 2, True, "the code that took the scores"),
    Component("evaluation_data", "Evaluation data", "data", 2, True, "the data that the scores were taken on"),
    Component("supporting_libraries", "Supporting libraries and tools", "code", 2, False, "what the code needs"),
    Component("datasets", "Datasets", "data", 1, True, "the data that the model was trained on"),
    Component("preprocessing_code", "Data preprocessing code", "code", 1, True, "the code that prepared the data"),
    Component("intermediate_parameters", "Model parameters (Intermediate)", "data", 1, True, "weights on the way"),
    Component("research_paper", "Research paper", "document", 1, True, "the paper that peers can review"),
    Component("model_metadata", "Model metadata", "data", 1, False, "configuration, versions, optimizer states"),
)

BY_ID = {component.id: component for component in COMPONENTS}
BY_NAME = {component.name: component for component in COMPONENTS}


def asked(step: int, *, required: bool = True) -> tuple[Component, ...]:
    """The components that a class asks for, with those of the classes before it; or the optional ones."""
    return tuple(
        component
        for before in range(3, step - 1, -1)
        for component in COMPONENTS
        if component.step == before and component.required is required
    )
