{{- /* The pod's template, the same in both modes but for its volumes. */ -}}
{{- define "pratique.pod" -}}
{{- include "pratique.check" . -}}
{{- $scaleOut := eq .Values.mode "scaleOut" -}}
metadata:
  labels:
    {{- include "pratique.selector" . | nindent 4 }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "pratique.serviceAccount" . }}
  automountServiceAccountToken: false # a role's token is mounted apart from it
  enableServiceLinks: false
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  # The drain, 30 seconds for requests in flight, and some for the rest.
  terminationGracePeriodSeconds: {{ add .Values.drainDelaySeconds 45 }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    # Secrets are root's, and readable by this group. Files on the volume keep
    # their modes: kubelet opens them to the group only at the first mount.
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: pratique
      image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - serve
        {{- include "pratique.state" . | nindent 8 }}
        - --listen=:5000
        - --domain={{ .Values.domain }}
        - --default-region={{ first .Values.regions }}
        {{- if .Values.tls.insecureHTTP }}
        - --insecure-http
        {{- else }}
        - --tls-cert=/etc/pratique/tls/tls.crt
        - --tls-key=/etc/pratique/tls/tls.key
        {{- end }}
        {{- if $scaleOut }}
        - {{ printf "--blobs=%s" .Values.blobs.url | quote }}
        - --layer-redirects={{ .Values.blobs.redirects }}
        {{- with .Values.blobs.cacheGiB }}
        - --layer-cache=/var/cache/pratique
        - --layer-cache-size={{ mul . 1073741824 }}
        {{- end }}
        {{- end }}
        {{- range .Values.trustedProxies }}
        - --trusted-proxy={{ . }}
        {{- end }}
        {{- if .Values.metrics.enabled }}
        - --metrics-listen=:9090
        {{- end }}
        - --drain-delay={{ .Values.drainDelaySeconds }}s
        - --log-format=json
        {{- range .Values.extraArgs }}
        - {{ . | quote }}
        {{- end }}
      env:
        - name: GOGC
          value: "200" # the server's own choice, unless GOMEMLIMIT is set
        {{- with include "pratique.goMemory" . }}
        - name: GOMEMLIMIT
          value: {{ . }}
        {{- end }}
        {{- if $scaleOut }}
        - name: PGPASSFILE
          value: /etc/pratique/database/pgpass
        {{- if .Values.blobs.secretName }}
        - name: AWS_SHARED_CREDENTIALS_FILE
          value: /etc/pratique/s3/credentials
        {{- end }}
        {{- end }}
      ports:
        - name: registry
          containerPort: 5000
        {{- if .Values.metrics.enabled }}
        - name: metrics
          containerPort: 9090
        {{- end }}
      # A first start after an upgrade may have the schema to change.
      startupProbe:
        {{- include "pratique.probe" (list . "/healthz") | nindent 8 }}
        periodSeconds: 2
        failureThreshold: 150
      livenessProbe:
        {{- include "pratique.probe" (list . "/healthz") | nindent 8 }}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        {{- include "pratique.probe" (list . "/readyz") | nindent 8 }}
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - name: data
          mountPath: /var/lib/pratique
        - name: tmp
          mountPath: /tmp
        {{- if .Values.keySecretName }}
        - name: key
          mountPath: /etc/pratique/key
          readOnly: true
        {{- end }}
        {{- if .Values.tls.secretName }}
        - name: tls
          mountPath: /etc/pratique/tls
          readOnly: true
        {{- end }}
        {{- if $scaleOut }}
        - name: database
          mountPath: /etc/pratique/database
          readOnly: true
        {{- if .Values.blobs.secretName }}
        - name: s3
          mountPath: /etc/pratique/s3
          readOnly: true
        {{- end }}
        {{- if .Values.blobs.cacheGiB }}
        - name: cache
          mountPath: /var/cache/pratique
        {{- end }}
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: tmp
      emptyDir: {}
    {{- if .Values.keySecretName }}
    - name: key
      secret:
        secretName: {{ .Values.keySecretName }}
        defaultMode: 0440
        items: [{ key: key, path: key }]
    {{- end }}
    {{- if .Values.tls.secretName }}
    - name: tls
      secret:
        secretName: {{ .Values.tls.secretName }}
        defaultMode: 0440
    {{- end }}
    {{- if $scaleOut }}
    - name: data
      emptyDir: {} # the audit log, and files of builds
    - name: database
      secret:
        secretName: {{ .Values.database.secretName }}
        defaultMode: 0440
    {{- with .Values.blobs.secretName }}
    - name: s3
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
    {{- with .Values.blobs.cacheGiB }}
    - name: cache
      {{- /* A file takes whole blocks, and one is written before another goes. */}}
      {{- $size := printf "%dMi" (div (mul . 1024 11) 10) }}
      {{- if $.Values.blobs.cacheStorageClass }}
      ephemeral:
        volumeClaimTemplate:
          spec:
            accessModes: [ReadWriteOnce]
            storageClassName: {{ $.Values.blobs.cacheStorageClass }}
            resources:
              requests:
                storage: {{ $size }}
      {{- else }}
      emptyDir:
        sizeLimit: {{ $size }}
      {{- end }}
    {{- end }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- if $scaleOut }}
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "pratique.selector" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- /* Takes the context and a path. */ -}}
{{- define "pratique.probe" -}}
httpGet:
  path: {{ index . 1 }}
  port: registry
  scheme: {{ ternary "HTTP" "HTTPS" (index . 0).Values.tls.insecureHTTP }}
{{- end }}
