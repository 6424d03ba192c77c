"""The API group `mandate.dev`: one module a kind, and the generator of its CRDs.

The models are the one source of the schema. Reading ignores unknown fields (an older
operator meets a newer API); authoring refuses them (`model_validate(…, extra="forbid")`,
and the API server's own strict field validation).
"""
