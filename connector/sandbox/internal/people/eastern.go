package people

// easternCultures are the languages in Cyrillic, Greek, Armenian, Georgian, Hebrew, Arabic and Ethiopic letters.
func easternCultures() []culture {
	return []culture{
		{
			locale: "ru_RU",
			given:  names(`Наталья/Natalya Артём/Artyom Любовь/Lyubov Ярослав/Yaroslav Ксения/Kseniya Фёдор/Fyodor Юлия/Yuliya Всеволод/Vsevolod`),
			family: names(`Щербакова/Shcherbakova Королёв/Korolyov Жданова/Zhdanova Цветаев/Tsvetaev Лебедева/Lebedeva Ершов/Yershov Подъяпольский/Podyapolsky`),
			titles: pairs(titlesRussian),
			at:     "%t в %c",
		},
		{
			locale: "uk_UA",
			given:  names(`Соломія/Solomiia Богдан/Bohdan Євгенія/Yevheniia Тарас/Taras Ґалина/Galyna Юрій/Yurii Мар'яна/Mariana`),
			family: names(`Шевчук/Shevchuk Кравченко/Kravchenko Стець/Stets Ткаченко/Tkachenko Їжакевич/Yizhakevych Гук/Huk`),
		},
		{
			locale: "bg_BG",
			given:  names(`Десислава/Desislava Стоян/Stoyan Цветелина/Tsvetelina Ангел/Angel Ралица/Ralitsa`),
			family: names(`Иванчева/Ivancheva Караджов/Karadzhov Щерева/Shtereva Господинов/Gospodinov Зафирова/Zafirova`),
		},
		{
			locale: "el_GR",
			given:  names(`Ελένη/Eleni Οδυσσέας/Odysseas Αγγελική/Angeliki Σταύρος/Stavros Φωτεινή/Foteini Γιώργος/Giorgos`),
			family: names(`Παπαδοπούλου/Papadopoulou Καραγιάννης/Karagiannis Ξενάκη/Xenaki Μαυρομιχάλης/Mavromichalis Ψαρράς/Psarras Οικονόμου/Oikonomou`),
			at:     "%t στη %c",
		},
		{
			locale: "hy_AM",
			given:  names(`Անահիտ/Anahit Վարդան/Vardan Շուշանիկ/Shushanik Տիգրան/Tigran Լուսինե/Lusine`),
			family: names(`Հակոբյան/Hakobyan Գրիգորյան/Grigoryan Սարգսյան/Sargsyan Մկրտչյան/Mkrtchyan`),
		},
		{
			locale: "ka_GE",
			given:  names(`ნინო/Nino გიორგი/Giorgi თამარი/Tamari ლევანი/Levani ქეთევანი/Ketevani`),
			family: names(`ბერიძე/Beridze კაპანაძე/Kapanadze ჯაფარიძე/Japaridze წიკლაური/Tsiklauri`),
		},
		{
			locale: "iw_IL",
			given:  names(`נועה/Noa אלעד/Elad תמר/Tamar יונתן/Yonatan שירה/Shira איתי/Itay`),
			family: names(`בן-דוד/Ben-David אברהמי/Avrahami שפירא/Shapira גולן/Golan רוזנצוויג/Rosenzweig`),
			at:     "%t ב-%c",
		},
		{
			locale: "ar_AE",
			given:  names(`ليلى/Layla خالد/Khalid نور_الهدى/Nur_al-Huda يوسف/Yusuf ريم/Reem عبد_الرحمن/Abd_al-Rahman هدى/Huda`),
			family: names(`الحربي/al-Harbi المنصوري/al-Mansuri بن_سالم/bin_Salim القحطاني/al-Qahtani حدّاد/Haddad الزهراني/al-Zahrani`),
			titles: pairs(titlesArabic),
			at:     "%t في %c",
		},
		{
			locale: "fa_IR",
			given:  names(`شیرین/Shirin آرش/Arash نیلوفر/Niloufar پژمان/Pejman گلناز/Golnaz`),
			family: names(`رستمی/Rostami کیانی/Kiani پورمحمدی/Pourmohammadi چگینی/Chegini ژاله/Zhaleh`),
		},
		{
			locale: "am_ET",
			given:  names(`ሰላም/Selam ዳዊት/Dawit ትዕግሥት/Tigist ኃይሌ/Haile ማርታ/Marta`),
			family: names(`ተስፋዬ/Tesfaye በቀለ/Bekele ገብረሥላሴ/Gebreselassie መንግሥቱ/Mengistu`),
		},
	}
}
