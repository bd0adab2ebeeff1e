package ociapi

import (
	"net/http"

	"github.com/pratique-dev/pratique/internal/admit"
)

// row is one thing the registry endpoint can do.
type row struct {
	name string // operation, in audit events and metrics

	// actions are those that the caller needs on the repository, in the order
	// they are checked.
	actions []string

	// bodyAction is needed as well when the request brings bytes.
	bodyAction string

	// creates: a repository that is missing is created first, if a template of
	// the registry is for that and the caller may ecr:CreateRepository.
	creates bool

	// everybody may do it, whatever policies say. Only public registries have
	// that.
	everybody bool

	// limited: it counts as a pull, of which there may be so many per second.
	limited bool

	// class is that of the place which it takes once it was authorised. Who
	// sends a layer takes another one then.
	class admit.Class

	run func(*call) error
}

// needs returns the actions that a request needs.
func (row row) needs(r *http.Request) []string {
	if row.bodyAction != "" && r.ContentLength != 0 {
		return append(row.actions[:len(row.actions):len(row.actions)], row.bodyAction)
	}
	return row.actions
}

// table is everything the registry endpoint can do, after Amazon ECR's own
// map of registry calls to actions. The dispatcher authenticates, authorises
// and records; a row's function does neither.
var table = [kinds]row{
	Ping: {name: "Ping", run: (*call).ping},

	ManifestGet:    {name: "GetManifest", actions: []string{"ecr:BatchGetImage"}, run: (*call).getManifest},
	ManifestHead:   {name: "HeadManifest", actions: []string{"ecr:BatchGetImage"}, run: (*call).getManifest},
	ManifestPut:    {name: "PutManifest", actions: []string{"ecr:PutImage"}, creates: true, run: (*call).putManifest},
	ManifestDelete: {name: "DeleteManifest", actions: []string{"ecr:BatchDeleteImage"}, run: (*call).deleteManifest},

	BlobGet:    {name: "GetBlob", actions: []string{"ecr:GetDownloadUrlForLayer"}, run: (*call).getBlob},
	BlobHead:   {name: "HeadBlob", actions: []string{"ecr:BatchCheckLayerAvailability"}, run: (*call).getBlob},
	BlobDelete: {name: "DeleteBlob", actions: []string{"ecr:BatchDeleteImage"}, run: (*call).deleteBlob},

	UploadStart: {name: "StartUpload", actions: []string{"ecr:InitiateLayerUpload"}, creates: true, run: (*call).startUpload},
	// The source is authorised by the function: it is another repository.
	UploadMount:  {name: "MountBlob", actions: []string{"ecr:InitiateLayerUpload"}, creates: true, run: (*call).mount},
	UploadWhole:  {name: "PutBlob", actions: []string{"ecr:InitiateLayerUpload", "ecr:CompleteLayerUpload"}, bodyAction: "ecr:UploadLayerPart", creates: true, class: admit.Upload, run: (*call).uploadWhole},
	UploadStatus: {name: "GetUpload", actions: []string{"ecr:UploadLayerPart"}, run: (*call).uploadStatus},
	UploadAppend: {name: "AppendUpload", actions: []string{"ecr:UploadLayerPart"}, class: admit.Upload, run: (*call).appendUpload},
	UploadFinish: {name: "FinishUpload", actions: []string{"ecr:CompleteLayerUpload"}, bodyAction: "ecr:UploadLayerPart", class: admit.Upload, run: (*call).finishUpload},
	UploadCancel: {name: "CancelUpload", actions: []string{"ecr:UploadLayerPart"}, run: (*call).cancelUpload},

	TagList:   {name: "ListTags", actions: []string{"ecr:ListImages"}, run: (*call).listTags},
	Referrers: {name: "ListReferrers", actions: []string{"ecr:BatchGetImage"}, run: (*call).listReferrers},

	// On every repository of the registry.
	Catalog: {name: "ListRepositories", actions: []string{"ecr:DescribeRepositories"}, run: (*call).listRepositories},
}

// publicTable is everything that the endpoint of the public registries can do.
// Nobody can be kept from pulling, as on Amazon ECR Public; all the rest takes
// the action that the API's operation takes. Layers are not mounted.
// https://docs.aws.amazon.com/AmazonECR/latest/public/public-repository-policies.html
var publicTable = [kinds]row{
	Ping: {name: "Ping", everybody: true, run: (*call).ping},

	ManifestGet:    {name: "GetManifest", everybody: true, limited: true, run: (*call).getManifest},
	ManifestHead:   {name: "HeadManifest", everybody: true, run: (*call).getManifest},
	ManifestPut:    {name: "PutManifest", actions: []string{"ecr-public:PutImage"}, run: (*call).putManifest},
	ManifestDelete: {name: "DeleteManifest", actions: []string{"ecr-public:BatchDeleteImage"}, run: (*call).deleteManifest},

	BlobGet:    {name: "GetBlob", everybody: true, run: (*call).getBlob},
	BlobHead:   {name: "HeadBlob", everybody: true, run: (*call).getBlob},
	BlobDelete: {name: "DeleteBlob", actions: []string{"ecr-public:BatchDeleteImage"}, run: (*call).deleteBlob},

	UploadStart:  {name: "StartUpload", actions: []string{"ecr-public:InitiateLayerUpload"}, run: (*call).startUpload},
	UploadMount:  {name: "MountBlob", actions: []string{"ecr-public:InitiateLayerUpload"}, run: (*call).startUpload},
	UploadWhole:  {name: "PutBlob", actions: []string{"ecr-public:InitiateLayerUpload", "ecr-public:CompleteLayerUpload"}, bodyAction: "ecr-public:UploadLayerPart", class: admit.Upload, run: (*call).uploadWhole},
	UploadStatus: {name: "GetUpload", actions: []string{"ecr-public:UploadLayerPart"}, run: (*call).uploadStatus},
	UploadAppend: {name: "AppendUpload", actions: []string{"ecr-public:UploadLayerPart"}, class: admit.Upload, run: (*call).appendUpload},
	UploadFinish: {name: "FinishUpload", actions: []string{"ecr-public:CompleteLayerUpload"}, bodyAction: "ecr-public:UploadLayerPart", class: admit.Upload, run: (*call).finishUpload},
	UploadCancel: {name: "CancelUpload", actions: []string{"ecr-public:UploadLayerPart"}, run: (*call).cancelUpload},

	TagList:   {name: "ListTags", everybody: true, run: (*call).listTags},
	Referrers: {name: "ListReferrers", everybody: true, run: (*call).listReferrers},

	// There is no list of the repositories of everybody.
	Catalog: {},
}
