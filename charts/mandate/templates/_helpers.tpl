{{- define "mandate.selector" -}}
{{- dict "app.kubernetes.io/name" "mandate" "app.kubernetes.io/instance" .Release.Name | toJson -}}
{{- end -}}

{{- define "mandate.labels" -}}
{{- $own := dict
  "app.kubernetes.io/version" .Chart.AppVersion
  "app.kubernetes.io/managed-by" .Release.Service
  "helm.sh/chart" (printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_")) -}}
{{- merge $own (include "mandate.selector" . | fromJson) | toJson -}}
{{- end -}}

{{/* The metadata of an object of the release, by its name. */}}
{{- define "mandate.metadata" -}}
{{- $labels := merge (include "mandate.labels" .root | fromJson) (.labels | default dict) -}}
{{- dict "name" .name "namespace" .root.Release.Namespace "labels" $labels | toJson -}}
{{- end -}}

{{/* A text as it stands inside a JSON string: whatever it is, it does not end that string. */}}
{{- define "mandate.inside" -}}
{{- toJson . | trimPrefix "\"" | trimSuffix "\"" -}}
{{- end -}}

{{/* A list of texts as a literal of CEL, which reads JSON's. */}}
{{- define "mandate.texts" -}}
{{- $literals := list -}}
{{- range . }}{{ $literals = append $literals (toJson .) }}{{ end -}}
{{- printf "[%s]" (join ", " $literals) -}}
{{- end -}}

{{/*
The documents of a generated file, with what it leaves open filled in. toJson writes "<" as an escape, so that no value can hold a further place to fill.
*/}}
{{- define "mandate.filled" -}}
{{- $namespace := .root.Release.Namespace -}}
{{- $literals := dict
  "exclusive" (eq .root.Values.guards.namespaces "Exclusive" | toJson)
  "operator" (printf "system:serviceaccount:%s:mandate-operator" $namespace | toJson)
  "platform" (append .root.Values.platformNamespaces $namespace | uniq | sortAlpha | include "mandate.texts")
  "platform_controllers" (include "mandate.texts" .root.Values.platformControllers) -}}
{{- $text := .root.Files.Get .file -}}
{{- range $name, $value := $literals -}}
{{- $text = replace (printf "<<%s>>" $name) (include "mandate.inside" $value) $text -}}
{{- end -}}
{{- replace "<<operator_namespace>>" $namespace $text -}}
{{- end -}}
