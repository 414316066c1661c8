package people

// latinCultures are the languages in Latin letters, with and without marks.
func latinCultures() []culture {
	return []culture{
		{
			locale: "en_US",
			given:  names(`Ada Grace Marcus Olivia Theo Naomi Caleb Ruth Desmond Ivy Jasper Wren Silas Maeve Elliot Hazel Rufus Cora`),
			family: names(`Whitlock Hartwell Okafor Lindgren Marsh Delacroix-Hughes Fairbanks O'Brien McAllister Penrose Ashby Calloway Thornbury Quill St._Clair Vance Winslow Yarrow`),
		},
		{
			locale: "en_GB",
			given:  names(`Alfie Imogen Rhys Beatrix Hamish Saoirse Callum Niamh/Niamh Siân/Sian Gethin Orla Euan Tamsin Perran`),
			family: names(`Featherstone Llewellyn MacDougall Ní_Bhriain/Ni_Bhriain Trevithick Ap_Rhys Abernathy Culpepper Ó_Súilleabháin/O_Suilleabhain Ravensworth Pemberton-Jones Wexford`),
		},
		{
			locale: "de_DE",
			given:  names(`Jürgen/Juergen Käthe/Kaethe Jörg/Joerg Sönke/Soenke Lieselotte Änne/Aenne Matthias Ulrike Götz/Goetz Friederike Heiko Mareike`),
			family: names(`Müller-Lüdenscheidt/Mueller-Luedenscheidt Weiß/Weiss Größer/Groesser Schäfer/Schaefer Königsmann/Koenigsmann von_der_Heide Brüning/Bruening Süß/Suess Oltmanns Krähenbühl/Kraehenbuehl Straßer/Strasser Vogelsang`),
			titles: pairs(titlesGerman),
			at:     "%t bei %c",
		},
		{
			locale: "fr_FR",
			given:  names(`Zoé/Zoe François/Francois Anaïs/Anais Benoît/Benoit Éloïse/Eloise Jérôme/Jerome Noël/Noel Hélène/Helene Gaëtan/Gaetan Solène/Solene Loïc/Loic Marie-Ève/Marie-Eve`),
			family: names(`Lefèvre/Lefevre D'Aubigné/D'Aubigne Gauthier Châtelain/Chatelain Bréchet/Brechet Le_Goff Sœurette/Soeurette Delaunay Prévost/Prevost Garçonnet/Garconnet Vasseur Hervé/Herve`),
			titles: pairs(titlesFrench),
			at:     "%t chez %c",
		},
		{
			locale: "es_ES",
			given:  names(`Íñigo/Inigo Begoña/Begona Jesús/Jesus María_José/Maria_Jose Ángel/Angel Nuria Joaquín/Joaquin Inés/Ines Raúl/Raul Itziar Ramón/Ramon Xiomara`),
			family: names(`Muñoz_Peña/Munoz_Pena Ibáñez/Ibanez Cañizares/Canizares Gutiérrez_Sáez/Gutierrez_Saez Agüero/Aguero Núñez/Nunez de_la_Vega Ordóñez/Ordonez Bermúdez/Bermudez Zubizarreta`),
			titles: pairs(titlesSpanish),
			at:     "%t en %c",
		},
		{
			locale: "pt_BR",
			given:  names(`João/Joao Conceição/Conceicao Antônio/Antonio Luíza/Luiza Tomás/Tomas Tainá/Taina Caetano Iracema Otávio/Otavio Débora/Debora`),
			family: names(`Guimarães/Guimaraes Assunção/Assuncao Magalhães/Magalhaes da_Conceição/da_Conceicao Falcão/Falcao Brandão/Brandao Araújo/Araujo Simões/Simoes Leitão/Leitao`),
			at:     "%t na %c",
		},
		{
			locale: "sv_SE",
			given:  names(`Åsa/Asa Björn/Bjorn Göran/Goran Märta/Marta Sören/Soren Östen/Osten Linnéa/Linnea Håkan/Hakan Tove Ylva`),
			family: names(`Ångström-Berg/Angstrom-Berg Sjögren/Sjogren Hägg/Hagg Öberg/Oberg Lindqvist Nordenskjöld/Nordenskjold Åkesson/Akesson Wärn/Warn Dahlström/Dahlstrom`),
			at:     "%t på %c",
		},
		{
			locale: "is_IS",
			given:  names(`Þórdís/Thordis Ragnheiður/Ragnheidur Sæmundur/Saemundur Guðrún/Gudrun Örn/Orn Eyþór/Eythor Ásdís/Asdis`),
			family: names(`Jónsdóttir/Jonsdottir Þorvaldsson/Thorvaldsson Ægisdóttir/Aegisdottir Guðmundsson/Gudmundsson Hreiðarsdóttir/Hreidarsdottir Össurarson/Ossurarson`),
		},
		{
			locale: "pl_PL",
			given:  names(`Łucja/Lucja Świętosław/Swietoslaw Zdzisław/Zdzislaw Małgorzata/Malgorzata Grażyna/Grazyna Sławomir/Slawomir Żaneta/Zaneta Bożena/Bozena`),
			family: names(`Brzęczyszczykiewicz/Brzeczyszczykiewicz Wójcik/Wojcik Żółkiewska/Zolkiewska Gąsiorowski/Gasiorowski Ćwiklińska/Cwiklinska Śliwa/Sliwa Łoś/Los Pęczak/Peczak`),
		},
		{
			locale: "cs_CZ",
			given:  names(`Řehoř/Rehor Zdeňka/Zdenka Jiří/Jiri Květoslava/Kvetoslava Přemysl/Premysl Šárka/Sarka Ondřej/Ondrej Žofie/Zofie`),
			family: names(`Dvořáčková/Dvorackova Čapek/Capek Šťastný/Stastny Říhová/Rihova Kolář/Kolar Růžičková/Ruzickova Vaněk/Vanek`),
		},
		{
			locale: "tr_TR",
			given:  names(`İpek/Ipek Işıl/Isil Çağrı/Cagri Gülşen/Gulsen Oğuz/Oguz Şebnem/Sebnem Ümit/Umit Yağmur/Yagmur`),
			family: names(`Yıldırım/Yildirim Çelikoğlu/Celikoglu Şimşek/Simsek Karagöz/Karagoz İnönü/Inonu Öztürkmen/Ozturkmen Ağaoğlu/Agaoglu`),
		},
		{
			locale: "vi_VN",
			given:  names(`Thị_Hạnh/Thi_Hanh Đức_Anh/Duc_Anh Quốc_Bảo/Quoc_Bao Ngọc_Ánh/Ngoc_Anh Hữu_Nghĩa/Huu_Nghia Tuyết_Nhung/Tuyet_Nhung Mỹ_Duyên/My_Duyen`),
			family: names(`Nguyễn/Nguyen Trần/Tran Đặng/Dang Phạm/Pham Võ/Vo Huỳnh/Huynh Bùi/Bui`),
		},
		{
			locale: "yo_NG",
			given:  names(`Adébáyọ̀/Adebayo Olúwaṣeun/Oluwaseun Títílayọ̀/Titilayo Ṣadé/Sade Ọlábísí/Olabisi Ìfẹ́olúwa/Ifeoluwa Kẹ́hìndé/Kehinde`),
			family: names(`Adéyẹmí/Adeyemi Ọláwálé/Olawale Akínṣọlá/Akinsola Ògúnbíyì/Ogunbiyi Bámgbóṣé/Bamgbose Fáṣọlá/Fasola`),
		},
		{
			locale: "in_ID",
			given:  names(`Putri Bambang Dewi Rizky Wulan Agus Ningsih Slamet`),
			family: names(`Kusumawardhani Prasetyo Hartono Wijayakusuma Siregar Nasution Santoso`),
		},
	}
}
