{{- define "pratique.name" -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "pratique.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "pratique.labels" -}}
{{ include "pratique.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "pratique.serviceAccount" -}}
{{- default (ternary (include "pratique.name" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name }}
{{- end }}

{{- /* The names that clients connect to, as a YAML list. */ -}}
{{- define "pratique.hosts" -}}
- {{ .Values.domain | quote }}
- {{ printf "public.%s" .Values.domain | quote }}
{{- range .Values.regions }}
- {{ printf "*.dkr.ecr.%s.%s" . $.Values.domain | quote }}
{{- end }}
{{- end }}

{{- /* Where state is, for the server and for the commands that work on it: a YAML list of flags. */ -}}
{{- define "pratique.state" -}}
- --data=/var/lib/pratique/data
{{- if .Values.keySecretName }}
- --key-file=/etc/pratique/key/key
{{- end }}
{{- if eq .Values.mode "scaleOut" }}
- {{ printf "--db=%s" .Values.database.url | quote }}
{{- end }}
{{- end }}

{{- /* Four fifths of the memory limit, in MiB, for what Go allocates; the rest is for sockets. "" without a limit. */ -}}
{{- define "pratique.goMemory" -}}
{{- with dig "limits" "memory" "" .Values.resources }}
{{- $n := regexFind "^[0-9]+" . | int64 }}
{{- div (mul (ternary (mul $n 1024) $n (hasSuffix "Gi" .)) 4) 5 }}MiB
{{- end }}
{{- end }}

{{- /* What the schema of the values cannot say clearly. */ -}}
{{- define "pratique.check" -}}
{{- with .Values }}
{{- if not .domain }}{{ fail "domain is needed: registries are named <account>.dkr.ecr.<region>.<domain>" }}{{ end }}
{{- if and (not .tls.secretName) (not .tls.insecureHTTP) }}{{ fail "tls.secretName is needed, or tls.insecureHTTP=true if something before the pods ends TLS" }}{{ end }}
{{- if and .tls.secretName .tls.insecureHTTP }}{{ fail "tls.secretName and tls.insecureHTTP exclude each other; a certificate for the ingress alone is ingress.tlsSecretName" }}{{ end }}
{{- if eq .mode "scaleOut" }}
{{- if not .keySecretName }}{{ fail "mode scaleOut needs keySecretName: all nodes seal with the same key file" }}{{ end }}
{{- if not .database.url }}{{ fail "mode scaleOut needs database.url, a postgres:// URL without a password" }}{{ end }}
{{- if not .database.secretName }}{{ fail "mode scaleOut needs database.secretName: a Secret whose key pgpass has the database's password" }}{{ end }}
{{- if not .blobs.url }}{{ fail "mode scaleOut needs blobs.url, an s3:// URL" }}{{ end }}
{{- if and .blobs.cacheGiB .blobs.redirects }}{{ fail "blobs.cacheGiB is of no use with blobs.redirects, which lead clients past the nodes" }}{{ end }}
{{- else if or .database.url .blobs.url }}{{ fail "mode embedded uses neither database.url nor blobs.url; say mode=scaleOut" }}
{{- end }}
{{- if and .metrics.serviceMonitor.enabled (not .metrics.enabled) }}{{ fail "metrics.serviceMonitor.enabled needs metrics.enabled" }}{{ end }}
{{- end }}
{{- end }}
